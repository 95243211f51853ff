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

/** The same for tests that need some other program as well, by its name and its Debian package. */
export const describeWith = (program: string, debianPackage: string): ((name: string, tests: () => void) => void) => {
  const missing = () =>
    spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status !== 0
      ? `No ${program} is installed: sudo apt-get install ${debianPackage}`
      : undefined;
  return (name, tests) => describeUnless(sshdMissing() ?? missing(), name, tests);
};

/** The same for tests that need HAProxy as well. */
export const describeHaproxy = (name: string, tests: () => void): void =>
  describeUnless(sshdMissing() ?? haproxyMissing(), name, tests);

const haproxyMissing = (): string | undefined =>
  // An ordinary user's PATH may lack the directory that it is installed to.
  spawnSync('haproxy', ['-v'], { env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` } }).error &&
  'No HAProxy is installed: sudo apt-get install haproxy';

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
