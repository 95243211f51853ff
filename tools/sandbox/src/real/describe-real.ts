import { realHostsRefusal } from './refusal';

/**
 * A `describe` for tests that need real hosts. On a machine that cannot run them they count as skipped, under a name
 * that says why; in CI that is a failure.
 */
export function describeReal(name: string, tests: () => void): void {
  const reason = realHostsRefusal();
  if (reason === undefined) describe(name, tests);
  else if (!process.env['CI']) test.skip(`${name}: ${reason}`, () => undefined);
  else {
    test(name, () => {
      throw new Error(reason);
    });
  }
}
