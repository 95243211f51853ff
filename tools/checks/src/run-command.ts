import { execa } from 'execa';

/** Environment of every command of the checks: nothing stays behind, and no colours where nobody sees them. */
const commandEnv = (): Readonly<Record<string, string>> => ({
  // With its daemon, Nx may believe that reports which were removed a moment ago are still there.
  NX_DAEMON: 'false',
  ...(process.stdout.isTTY ? {} : { FORCE_COLOR: '0' }),
});

/** Longer than any section takes on the slowest machine we know; a program that hangs must not hang the check. */
const LONGEST_MS = 40 * 60_000;

/** Runs a command of the workspace with its output shown; returns whether it ended well, which a hanging one does not. */
export const runCommand = async (root: string, argv: readonly [string, ...string[]]): Promise<boolean> => {
  const [program, ...args] = argv;
  const result = await execa(program, args, {
    cwd: root,
    env: commandEnv(),
    preferLocal: true,
    localDir: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    reject: false,
    timeout: LONGEST_MS,
  });
  if (result.exitCode === undefined) console.error(result.shortMessage);
  return result.exitCode === 0;
};

/** The lines that a command prints; throws where it fails. */
export const readLines = async (root: string, argv: readonly [string, ...string[]]): Promise<readonly string[]> => {
  const [program, ...args] = argv;
  const { stdout } = await execa(program, args, { cwd: root, env: commandEnv(), preferLocal: true, localDir: root });
  return stdout.split('\n').filter(Boolean);
};
