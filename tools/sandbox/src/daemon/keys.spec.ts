import { utils } from 'ssh2';
import { newPrivateKey } from './keys';

test('each of a thousand new keys can be read', () => {
  const keys = Array.from({ length: 1_000 }, () => utils.parseKey(newPrivateKey('test')));

  expect(keys.filter((key) => key instanceof Error)).toEqual([]);
});
