import { rsyncMissing, type OpsError } from '@polydev/errors';
import { execa } from 'execa';

/** First version that knows every option of ours (its NEWS file). */
const OLDEST = [3, 1] as const;

/**
 * What the local rsync is given of the environment: settings of its own there (`RSYNC_…`, ~/.popt by HOME) would change
 * what it does, and it needs none of the deployer's secrets.
 */
export const rsyncEnvironment = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], LC_ALL: 'C' });

/**
 * Why `sync: rsync` cannot work from this machine (RSYNC_MISSING): there is no rsync, another program of that name, or
 * one that is too old. Undefined where it can. Looks only.
 */
export const rsyncMissingLocally = async (): Promise<OpsError | undefined> => {
  const { failed, stdout } = await execa('rsync', ['--version'], {
    env: rsyncEnvironment(),
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
  const why = failed ? 'it is not installed here' : unusable(stdout);
  return why === undefined ? undefined : rsyncMissing({ why });
};

/** What is wrong with an rsync that calls itself `text` (the output of `rsync --version`); undefined when nothing is. */
export const unusable = (text: string): string | undefined => {
  const line = text.split('\n', 1)[0]?.trim() ?? '';
  const [, major, minor] = /^rsync +version v?(\d+)\.(\d+)/.exec(line) ?? [];
  if (major === undefined) return `the program of that name here says "${line}"`;
  const newer = Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1]);
  return newer ? undefined : `here is ${major}.${minor ?? ''}`;
};
