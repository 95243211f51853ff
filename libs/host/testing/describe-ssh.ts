import { sshdMissing } from './sshd';

/**
 * A `describe` for tests that need an OpenSSH server. Where none is installed they count as skipped, under a name that
 * says why; in CI that is a failure.
 */
export const describeSsh = (name: string, tests: () => void): void => {
  const reason = sshdMissing();
  if (reason === undefined) describe(name, tests);
  else if (!process.env['CI']) test.skip(`${name}: ${reason}`, () => undefined);
  else {
    test(name, () => {
      throw new Error(reason);
    });
  }
};
