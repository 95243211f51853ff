import { readFileSync, writeSync } from 'node:fs';
import type { DeploymentHead } from '@polydev/contract';
import { isOpsError } from '@polydev/errors';
import { aroundEffects } from '@polydev/host/testing';
import type { EnvironmentConfig } from '@polydev/manifest';
import { closeDeployment, deployTarget, recoverTarget, rollbackTargets } from '@polydev/operations';

/** Where a deployer stops itself and waits: at an effect on a host, or when a step has just begun; numbers from 1. */
export type Stop =
  | { readonly effect: number; readonly when: 'before' | 'after' }
  | { readonly step: number }
  | { readonly stepNamed: string };

/**
 * A deployer as a process of its own: reads its input from a file and prints a JSON object a line, first
 * its process id. At a stop it prints
 * `{"stopped":<index>}` and stops itself as SIGSTOP does, until it is continued or killed.
 */
export interface DeployerInput {
  readonly environment: EnvironmentConfig;
  readonly verb: 'deploy' | 'rollback' | 'recover';
  readonly artifactDirectory?: string;
  readonly head: DeploymentHead;
  readonly stops: readonly Stop[];
}

const input = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as DeployerInput;
const { verb, environment, artifactDirectory = '', head, stops } = input;
const [target] = environment.targets;
if (!target) throw new Error('The environment has no target.');

// Not process.stdout, which may write later than the signal comes.
const print = (value: unknown): void => void writeSync(1, `${JSON.stringify(value)}\n`);
// Whoever started it may have started something that started it.
print({ pid: process.pid });
const stopAt = (isHere: (stop: Stop) => boolean): void => {
  const index = stops.findIndex(isHere);
  if (index < 0) return;
  print({ stopped: index });
  process.kill(process.pid, 'SIGSTOP');
};
const atEffect = (number: number, when: 'before' | 'after') =>
  stopAt((stop) => 'effect' in stop && stop.effect === number && stop.when === when);

aroundEffects({
  before: async (number) => atEffect(number, 'before'),
  after: async (number, name) => {
    print({ effect: name });
    atEffect(number, 'after');
  },
});

let steps = 0;
const context = {
  environment,
  signal: new AbortController().signal,
  report: (event: { readonly kind: string; readonly state?: string; readonly step?: string }) => {
    print(event);
    if (event.kind !== 'step' || event.state !== 'started') return;
    steps += 1;
    stopAt((stop) => ('step' in stop && stop.step === steps) || ('stepNamed' in stop && stop.stepNamed === event.step));
  },
};

/** The end of a run is closed whatever became of it, as after the tasks of Nx. */
const closed = async (work: () => Promise<unknown>): Promise<unknown> => {
  const close = () => closeDeployment({ ...context, deployment: head.id, head });
  await work().catch(async (error: unknown) => {
    await close().catch(() => undefined);
    throw error;
  });
  return close();
};
const verbs = {
  deploy: () => closed(() => deployTarget({ ...context, target, artifactDirectory, head })),
  rollback: () =>
    closed(() => rollbackTargets({ ...context, targets: [target], sha: undefined, by: head.by, openHead: () => head })),
  recover: () => recoverTarget({ ...context, target, by: head.by, dryRun: false }),
};

verbs[verb]().then(
  (result) => print({ result: result ?? null }),
  (error: unknown) => {
    const facts = isOpsError(error)
      ? { code: error.code, message: error.message }
      : { bug: String((error as Error).stack) };
    print({ failure: facts });
    process.exitCode = 1;
  },
);
