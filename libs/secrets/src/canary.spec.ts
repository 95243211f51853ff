import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { leaksInDirectories, leaksInTexts, plantCanary, watchProcesses } from '../testing';

const REGISTER = require.resolve('@polydev/run-source');

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'polydev-secrets-'))));
afterEach(() => rmSync(directory, { recursive: true }));

it('neither value nor identity is in any process list, printed text or file, whatever is done', async () => {
  const canary = plantCanary();
  for (const name of ['workspace', 'tmp', 'home']) mkdirSync(join(directory, name));
  const watch = await watchProcesses(canary);
  const child = spawn(
    process.execPath,
    ['-r', REGISTER, join(__dirname, '../testing/all-verbs.ts'), join(directory, 'workspace')],
    {
      env: { PATH: process.env['PATH'], HOME: join(directory, 'home'), TMPDIR: join(directory, 'tmp') },
      stdio: 'pipe',
    },
  );
  child.stdin.end(canary.value);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect([code, stderr]).toEqual([0, expect.stringContaining('SECRETS_WRONG_RECIPIENT')]);
  expect(stdout).toContain('[redacted: TOKEN]');
  expect(await watch.stop()).toEqual([]);
  expect(leaksInTexts(canary, { stdout, stderr })).toEqual([]);
  expect(leaksInDirectories(canary, [directory])).toEqual([]);
  expect(readdirSync(join(directory, 'workspace'))).toEqual(['.env.production.age']);
  const keys = join(directory, 'home/.config/polydev');
  for (const file of readdirSync(keys)) {
    const secretKey = /AGE-SECRET-KEY-\w+/.exec(readFileSync(join(keys, file), 'utf8'))?.[0] ?? file;
    expect(`${stdout}${stderr}`).not.toContain(secretKey);
  }
});
