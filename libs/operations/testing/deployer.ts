import { readFileSync } from 'node:fs';
import type { DeploymentHead } from '@polydev/contract';
import { killAtEffect, type KillMoment } from '@polydev/host/testing';
import type { EnvironmentConfig } from '@polydev/manifest';
import type { Event } from '@polydev/reporting';
import { closeDeployment, deployTarget, recoverTarget, rollbackTargets } from '../src/index';
import { decrypted } from './secrets';

/** A deployer as a process of its own, so that a test can kill it: reads its input from a file, prints an event a line. */
export interface DeployerInput {
  readonly environment: EnvironmentConfig;
  readonly verb: 'deploy' | 'rollback' | 'recover' | 'close';
  /** What is deployed. */
  readonly artifactDirectory?: string;
  readonly head: DeploymentHead;
  /** Values that the target's service is given, as if decrypted. */
  readonly secretValues?: Readonly<Record<string, string>>;
  /** Kills itself at this effect on a host; prints each effect that it had, as `{"effect":"<name>"}`. */
  readonly kill?: KillMoment;
  /** Kills itself so many milliseconds after it said that it begins this step. */
  readonly killInStep?: { readonly step: string; readonly afterMs: number };
}

const {
  verb,
  environment: named,
  artifactDirectory = '',
  head,
  kill,
  killInStep,
  secretValues,
} = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as DeployerInput;
// Decrypted values are functions, which no file holds.
const { secrets: _, ...plain } = named;
const environment = { ...plain, ...(secretValues ? { secrets: decrypted(secretValues) } : {}) };
const [target] = environment.targets;
if (!target) throw new Error('The environment has no target.');

const print = (value: unknown) => void process.stdout.write(`${JSON.stringify(value)}\n`);
killAtEffect(kill, (effect) => print({ effect }));

const die = () => void process.kill(process.pid, 'SIGKILL');
const report = (event: Event) => {
  print(event);
  if (event.kind !== 'step' || event.state !== 'started' || event.step !== killInStep?.step) return;
  if (killInStep.afterMs === 0) die();
  setTimeout(die, killInStep.afterMs);
};

const context = {
  environment,
  report,
  signal: new AbortController().signal,
};

const run = {
  deploy: () => deployTarget({ ...context, target, artifactDirectory, head }),
  rollback: () =>
    rollbackTargets({ ...context, targets: environment.targets, sha: undefined, by: head.by, openHead: () => head }),
  recover: () => recoverTarget({ ...context, target, by: head.by, dryRun: false }),
  close: () => closeDeployment({ ...context, deployment: head.id, head }),
};
void run[verb]();
