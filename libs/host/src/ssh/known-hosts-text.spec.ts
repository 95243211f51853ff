import { withHostKey } from './known-hosts-text';

const NEW = { name: '[web]:2222', type: 'ssh-ed25519', key: 'AAAAnew' };
const LINE = '[web]:2222 ssh-ed25519 AAAAnew';

test.each([
  ['an empty file', '', `${LINE}\n`],
  ['a file', '# ours\nother ssh-rsa AAAA\n', `# ours\nother ssh-rsa AAAA\n${LINE}\n`],
  ['a file whose last line does not end', 'other ssh-rsa AAAA', `other ssh-rsa AAAA\n${LINE}\n`],
])('adds a line to %s', (_, text, wanted) => {
  expect(withHostKey(text, NEW)).toBe(wanted);
});

test('replaces all that was known of the host, and nothing of others', () => {
  const text = [
    '# [web]:2222 stays in a comment',
    '[web]:2222 ssh-ed25519 AAAAold # was',
    'db,[WEB]:2222,cache ssh-rsa AAAAold',
    '[web]:22222 ssh-rsa AAAA',
    '@revoked [web]:2222 ssh-rsa AAAAbad',
    '*.example.com ssh-rsa AAAA',
    '',
  ].join('\n');
  expect(withHostKey(text, NEW, { replace: true })).toBe(
    [
      '# [web]:2222 stays in a comment',
      'db,cache ssh-rsa AAAAold',
      '[web]:22222 ssh-rsa AAAA',
      '@revoked [web]:2222 ssh-rsa AAAAbad',
      '*.example.com ssh-rsa AAAA',
      LINE,
      '',
    ].join('\n'),
  );
});
