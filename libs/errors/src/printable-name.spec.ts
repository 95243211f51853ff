import { adoptionUndeclared, printableName, releaseChanged, sharedInArtifact } from './index';

test.each([
  ['apps/main.js', 'apps/main.js'],
  ['größe 1 — ü.txt', 'größe 1 — ü.txt'],
  ['a\n✓ healthy', 'a\\n✓ healthy'],
  ['a\rb\tc', 'a\\rb\\tc'],
  ['\u001b[31mred', '\\x1b[31mred'],
  ['gpj.\u202eexe', 'gpj.\\u202eexe'],
  ['a\u2028b', 'a\\u2028b'],
  ['a\\nb', 'a\\\\nb'],
])('%j is written as %s', (name, written) => {
  expect(printableName(name)).toBe(written);
});

test('a file cannot add a line to an error by its name', () => {
  const where = { target: 'api', host: 'web-1' };
  const name = 'x\nNothing is wrong.';
  const errors = [
    releaseChanged({ ...where, release: 'r1', files: [`changed ${name}`] }),
    adoptionUndeclared({ ...where, path: '/srv/api', entries: [name] }),
    sharedInArtifact({ ...where, paths: [name] }),
  ];
  errors.forEach(({ message }) => expect(message).toContain('x\\nNothing is wrong.'));
});
