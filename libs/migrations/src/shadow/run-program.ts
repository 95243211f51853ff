import { execa } from 'execa';
import { shadowProgramFailed } from '@polydev/errors';
import { asUser, spawnedAs } from './as-user';
import type { OrdinaryUser } from './ordinary-user';

/** How a program of the shadow is run: as whom, and with nothing of our environment, which may hold secrets. */
export const programOptions = (user: OrdinaryUser | undefined) =>
  ({
    ...(user && { uid: user.uid, gid: user.gid }),
    cwd: '/',
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    stdin: 'ignore',
  }) as const;

/** Runs a program to its end, `input` being what it reads. Throws SHADOW_PROGRAM_FAILED with its last lines. */
export const runProgram = async (
  argv: readonly [string, ...string[]],
  user: OrdinaryUser | undefined,
  input?: string,
): Promise<void> => {
  const [program, ...rest] = asUser(argv, user);
  const options = { ...programOptions(spawnedAs(user)), ...(input !== undefined && { stdin: 'pipe' as const, input }) };
  const result = await execa(program, rest, { ...options, reject: false });
  if (result.failed)
    throw shadowProgramFailed({ program: argv[0], output: result.stderr || (result.originalMessage ?? '') });
};
