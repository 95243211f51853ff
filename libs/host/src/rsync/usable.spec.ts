import { rsyncMissingLocally } from '..';
import { unusable } from './usable';

describe('the rsync of this machine', () => {
  test.each([
    ['rsync  version 3.5.0  protocol version 32\nCopyright', undefined],
    ['rsync  version v3.1.0  protocol version 31', undefined],
    ['rsync  version 10.0.0  protocol version 40', undefined],
    ['rsync  version 3.0.9  protocol version 30', 'here is 3.0'],
    ['rsync  version 2.6.9  protocol version 29', 'here is 2.6'],
    [
      'openrsync: protocol version 29\nrsync version 2.6.9 compatible',
      'the program of that name here says "openrsync: protocol version 29"',
    ],
  ])('%j: %s', (text, why) => {
    expect(unusable(text)).toBe(why);
  });

  test('where there is none, the error says what to install or to set', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = '/nowhere';
    try {
      expect(await rsyncMissingLocally()).toMatchObject({
        code: 'RSYNC_MISSING',
        message: expect.stringContaining('it is not installed here'),
        hint: expect.stringContaining('sync: content'),
      });
    } finally {
      process.env['PATH'] = path;
    }
  });
});
