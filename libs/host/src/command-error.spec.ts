import { commandFailed } from './command-error';
import type { CommandResult } from './host';

const failed = (facts: Partial<CommandResult>): CommandResult => ({
  argv: ['npm', 'ci'],
  exitCode: 1,
  signal: undefined,
  stdout: '',
  stderr: '',
  durationMs: 5,
  ...facts,
});
const host = { name: 'api-1' };

test('a failed command tells host, exit code, command and its last words', () => {
  const error = commandFailed(
    failed({ exitCode: 3, stderr: 'npm error\u001b[31m broken lock file\n', stdout: 'added 3\n' }),
    host,
  );

  expect(error.code).toBe('COMMAND_FAILED');
  expect(error.message).toBe(
    'Command failed on api-1 with exit code 3: npm ci\n  npm error\\x1b[31m broken lock file\n  added 3',
  );
});

test('a command that said nothing is told so, and a signal by its name', () => {
  const error = commandFailed(failed({ exitCode: undefined, signal: 'SIGKILL' }), host);

  expect(error.message).toBe('Command failed on api-1 with signal SIGKILL: npm ci\n  Nothing written');
});

test.each([
  [{ exitCode: 2, stderr: 'tar: a: Cannot write: No space left on device' }, 'DISK_FULL'],
  [{ exitCode: 1, stderr: "mkdir: cannot create directory '/opt/x': Permission denied" }, 'NO_PERMISSION'],
  [{ exitCode: 127, stderr: 'sh: 1: pm2: not found' }, 'TOOL_MISSING'],
  [{ exitCode: 127, stderr: '' }, 'COMMAND_FAILED'],
  [{ exitCode: 1, stdout: 'Permission denied is only talked about' }, 'COMMAND_FAILED'],
])('%j is %s', (facts, code) => {
  expect(commandFailed(failed(facts), host).code).toBe(code);
});

test('a missing program is named, also when a shell missed it', () => {
  expect(
    commandFailed(failed({ exitCode: 127, stderr: 'bash: line 1: pm2: command not found' }), host).message,
  ).toMatch(/^pm2 is not/);
});
