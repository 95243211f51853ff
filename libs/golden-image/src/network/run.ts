import { execa } from 'execa';
import { imageNetworkFailed } from '@polydev/errors';

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command to its end; a command that is not there ends with 127. An argument, so that a network namespace can be
 * another one.
 */
export type Run = (argv: readonly [string, ...string[]], stdin?: string) => Promise<RunResult>;

/** Runs commands in the network that this process is in. */
export const runHere: Run = async ([program, ...args], stdin = '') => {
  const { exitCode, stdout, stderr, message } = await execa(program, args, { input: stdin, reject: false });
  return exitCode === undefined ? { exitCode: 127, stdout: '', stderr: message ?? '' } : { exitCode, stdout, stderr };
};

/** Runs `ip` with these arguments; throws IMAGE_NETWORK_FAILED with what it said. Returns its output. */
export async function ip(run: Run, ...args: readonly string[]): Promise<string> {
  return must(run, ['ip', ...args]);
}

/** Runs a command that has to succeed; throws IMAGE_NETWORK_FAILED. Returns its output. */
export async function must(run: Run, argv: readonly [string, ...string[]], stdin?: string): Promise<string> {
  const result = await run(argv, stdin);
  if (result.exitCode === 0) return result.stdout;
  const reason = result.stderr.trim() || `it ended with ${result.exitCode}`;
  throw imageNetworkFailed({ command: argv.join(' '), reason });
}
