import { describeLeak, leaksIn } from './leaks';

// Put together here, so that this file does not hold what it looks for.
const join = (...parts: readonly string[]) => parts.join('');
const registry = join('https://reg', 'istry.example', '.org/left-pad');

describe('leaks', () => {
  test.each([
    ['a registry in a lock file', join('"resolved": "', 'https://files.example/x.tgz"'), 'a resolved download address'],
    ['a registry in a document', `npm install --registry ${registry}`, "a package registry's host"],
    ['a registry token', join('//host/:_auth', 'Token=abc'), 'a token for a registry'],
    ['a folder of a build machine', join('see /wo', 'rk/main/nx.json'), 'a path of one machine'],
    ["a folder of somebody's machine", join('open /ho', 'me/ada/code/x.ts'), "a path of one person's machine"],
    ['ours, of a merge', join('<<<<', '<<< HEAD'), 'a merge leftover'],
    ['theirs, of a merge', join('>>>>', '>>> feature'), 'a merge leftover'],
  ])('%s is found', (_name, text, what) => {
    expect(leaksIn('some.file', `fine\n${text}\nfine`).map((leak) => [leak.line, leak.what])).toEqual([[2, what]]);
  });

  test.each([
    'a heading\n=======',
    'const files = src/builds/list.ts',
    '/home/deploy/.ssh/authorized_keys',
    '/opt/polydev-ai/deployments',
    '"resolved": "libs/host"',
    'omit-lockfile-registry-resolved=true',
    'https://nodejs.org/api/fs.html',
  ])('%j is let through', (text) => {
    expect(leaksIn('some.file', text)).toEqual([]);
  });

  test('a leak is described by file, line, what it is and the text', () => {
    const [leak] = leaksIn('docs/install.md', `\n  ${registry}`);
    expect(describeLeak(leak!)).toBe(`docs/install.md:2: a package registry's host: ${registry}`);
  });
});
