import { execa } from 'execa';

/** What a program answered; one that was ended by a signal or a time-out has the exit code -1. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly input?: string;
  /** Milliseconds until the program is killed; 20,000 where nothing is said. */
  readonly timeout?: number;
  readonly cwd?: string;
}

/** Runs a program and returns what it answered, whatever its exit code. */
export async function command(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program = '', ...args] = argv;
  const { input = '', timeout = 20_000, cwd = '/' } = options;
  const result = await execa(program, args, { input, timeout, cwd, reject: false, killSignal: 'SIGKILL' });
  const { exitCode = -1, stdout, stderr, failed, shortMessage } = result;
  return { exitCode, stdout, stderr: stderr || (failed ? (shortMessage ?? '') : '') };
}

/** Runs a program that has to succeed; returns its output. Throws an Error that has its command and what it said. */
export async function mustRun(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await command(argv, options);
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}
