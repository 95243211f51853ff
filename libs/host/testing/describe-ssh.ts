import { spawnSync } from 'node:child_process';
import { sshdMissing } from './sshd';

/**
 * A `describe` for tests that need an OpenSSH server. Where none is installed they count as skipped, under a name that
 * says why; in CI that is a failure.
 */
export const describeSsh = (name: string, tests: () => void): void => describeUnless(sshdMissing(), name, tests);

/** The same for tests that need rsync as well. */
export const describeRsync = (name: string, tests: () => void): void =>
  describeUnless(sshdMissing() ?? rsyncMissing(), name, tests);

const rsyncMissing = (): string | undefined =>
  spawnSync('rsync', ['--version']).error && 'No rsync is installed: sudo apt-get install rsync';

const describeUnless = (reason: string | undefined, name: string, tests: () => void): void => {
  if (reason === undefined) describe(name, tests);
  else if (!process.env['CI']) test.skip(`${name}: ${reason}`, () => undefined);
  else {
    test(name, () => {
      throw new Error(reason);
    });
  }
};
