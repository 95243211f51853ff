import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentFileText, readEnvironmentFile, SecretValues } from './index';

const values: readonly (readonly [string, string])[] = [
  ['BACKSLASHES', '\\ \\\\ \\n \\" \\'],
  ['EMPTY', ''],
  ['LINES', 'one\ntwo\\\n\nthree\r\n'],
  ['QUOTES', `'"\`$(id)\`\${HOME} $$ !! # not a comment`],
  ['SPACES', '  around \t '],
  ['UNICODE', 'ключ 🔑'],
];

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'polydev-secrets-'))));
afterEach(() => rmSync(directory, { recursive: true }));

it.each(['dash', 'bash'])('%s reads every value as it is', (shell) => {
  writeFileSync(join(directory, 'values.env'), environmentFileText(new SecretValues(values)));
  const script = 'set -a; . ./values.env; exec env -0';
  const printed = execFileSync(shell, ['-c', script], {
    cwd: directory,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  const names = new Set(values.map(([name]) => name));
  const read = printed
    .split('\0')
    .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] as const)
    .filter(([name]) => names.has(name));
  expect(read.sort()).toEqual(values);
});

it('it is read back without either', () => {
  expect(Object.entries(readEnvironmentFile(environmentFileText(new SecretValues(values))))).toEqual(values);
});
