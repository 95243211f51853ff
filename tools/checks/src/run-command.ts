import { execa } from 'execa';

/** Environment of every command of the checks: nothing stays behind, and no colours where nobody sees them. */
const commandEnv = (): Readonly<Record<string, string>> => ({
  // With its daemon, Nx may believe that reports which were removed a moment ago are still there.
  NX_DAEMON: 'false',
  ...(process.stdout.isTTY ? {} : { FORCE_COLOR: '0' }),
});

/** Longer than any section takes on the slowest machine we know; a program that hangs must not hang the check. */
const LONGEST_MS = 40 * 60_000;

/** Characters; of what is longer only the end is kept, where failures are named. */
const LONGEST_OUTPUT = 10_000_000;

/** Gathers what a stream says; `text` is its end. */
const endOf = (stream: NodeJS.ReadableStream): { readonly text: () => string } => {
  let kept = '';
  let left = 0;
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    kept += chunk;
    if (kept.length <= 2 * LONGEST_OUTPUT) return;
    left += kept.length - LONGEST_OUTPUT;
    kept = kept.slice(-LONGEST_OUTPUT);
  });
  return { text: () => (left > 0 ? `(${left} characters before this are left out)\n${kept}` : kept) };
};

/** What a section says, printed when it has ended: others run beside it. */
export type Say = (text: string) => void;

/**
 * Runs a command of the workspace; returns whether it ended well, which a hanging one does not. Its output is shown as it comes, or
 * said when it has ended.
 */
export const runCommand = async (root: string, argv: readonly [string, ...string[]], say?: Say): Promise<boolean> => {
  const [program, ...args] = argv;
  const running = execa(program, args, {
    cwd: root,
    env: commandEnv(),
    preferLocal: true,
    localDir: root,
    stdin: 'ignore',
    stdout: say ? 'pipe' : 'inherit',
    stderr: say ? 'pipe' : 'inherit',
    all: true,
    buffer: false,
    reject: false,
    timeout: LONGEST_MS,
  });
  const output = say && endOf(running.all);
  const result = await running;
  const text = output?.text().trimEnd();
  if (text) say?.(text);
  // Nx ends with a code of its own when it is told to end.
  if (result.timedOut || result.exitCode === undefined) (say ?? console.error)(result.shortMessage);
  return result.exitCode === 0 && !result.timedOut;
};

/** The lines that a command prints; throws where it fails. */
export const readLines = async (root: string, argv: readonly [string, ...string[]]): Promise<readonly string[]> => {
  const [program, ...args] = argv;
  const { stdout } = await execa(program, args, { cwd: root, env: commandEnv(), preferLocal: true, localDir: root });
  return stdout.split('\n').filter(Boolean);
};
