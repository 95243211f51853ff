import type { ExecutorContext } from '@nx/devkit';
import { isOpsError, rollbackInterrupted, shaNeeded } from '@polydev/errors';
import type { EnvironmentConfig, TargetConfig } from '@polydev/manifest';
import { rollbackTargets } from '@polydev/operations';
import { setTimeout as sleep } from 'node:timers/promises';
import { auditorOf } from '../../audit/auditor-of';
import { schemasOf } from '../../database/needs';
import { imageProgramFor } from '../../images/image-program';
import { closeOrLeave } from '../../run/close-run';
import { deployer, type DeploymentRun, howEnded, noteEnded, noteStarted, openRun } from '../../run/deployment-run';
import { claimLead, leaderLives, type RollbackRun, rollbackRun } from '../../run/rollback-run';
import { withSecretsIfAny } from '../../secrets/environment-secrets';
import type { TaskToolsWithSecrets } from '../reporting-errors';

export interface RollbackInRunInput extends TaskToolsWithSecrets {
  readonly environment: EnvironmentConfig;
  readonly target: TargetConfig;
  readonly context: ExecutorContext;
  readonly sha: string | undefined;
  readonly reason: string | undefined;
}

/**
 * Takes a target back as part of its run's rollback, and returns whether it is where it should be. The first task of a
 * run does the work of all, in reverse graph order and as one; the others wait for it. Nx could not order them without
 * making the rollback of one target pull in those of others.
 */
export const rollbackInRun = async (input: RollbackInRunInput): Promise<boolean> => {
  const group = rollbackRun(input.context, input.environment, input.target);
  if (input.sha === undefined && group.targets.length > 1) {
    throw shaNeeded({ targets: group.targets.map(({ name }) => name) });
  }
  return claimLead(group) ? lead(group, input) : follow(group, input);
};

const lead = async (group: RollbackRun, given: RollbackInRunInput): Promise<boolean> => {
  const input = { ...given, environment: await secretsOfNow(group, given) };
  const { environment, sha, report, signal, target } = input;
  const opened: { run?: DeploymentRun } = {};
  try {
    const { targets } = await rollbackTargets({
      environment,
      targets: group.targets,
      sha,
      by: deployer(),
      ...(await auditorOf(input.context.root, environment)),
      ...(await imageProgramFor(group.targets)),
      ...(await schemasOf(group.targets, input)),
      openHead: (found) => (opened.run = open(group, input, found)).head,
      report,
      signal,
    });
    for (const { target: name, outcome } of targets) {
      noteEnded(group, name, outcome === 'moved' || outcome === 'unchanged');
    }
  } catch (error) {
    // Something of it may be under way on a host; closing finishes or undoes it.
    if (opened.run) await close(opened.run, input);
    group.targets.forEach(({ name }) => noteEnded(group, name, false));
    throw error;
  }
  const closed = opened.run === undefined || (await close(opened.run, input));
  return closed && howEnded(group, target.name) === true;
};

/** Nobody is kept from going back by what cannot be decrypted here. */
const secretsOfNow = async ({ targets }: RollbackRun, input: RollbackInRunInput): Promise<EnvironmentConfig> => {
  const { environment, why } = await withSecretsIfAny({ ...input, targets, root: input.context.root });
  if (why !== undefined) {
    const text = `Encrypted values are left on the hosts as they are: [${why.code}] ${why.message}`;
    input.report({ kind: 'warning', text, hint: why.hint });
  }
  return environment;
};

const open = (group: RollbackRun, { context, environment, reason }: RollbackInRunInput, sha: string | undefined) => {
  const planned = group.targets.map(({ name }) => name);
  const run = openRun({
    root: context.root,
    run: group.name,
    environment: environment.name,
    planned,
    now: new Date(),
    rollback: { sha, reason },
  });
  planned.forEach((name) => noteStarted(run, name));
  return run;
};

const close = (run: DeploymentRun, { context, environment, report, signal }: RollbackInRunInput): Promise<boolean> =>
  closeOrLeave({ root: context.root, run, graph: context.projectGraph, environment, report, signal });

/** Milliseconds between two looks at what the leader has done. */
const PAUSE_MS = 100;

const follow = async (group: RollbackRun, { target, report, signal }: RollbackInRunInput): Promise<boolean> => {
  for (;;) {
    const good = howEnded(group, target.name);
    if (good !== undefined) {
      const text = `${target.name}: ${good ? 'rolled back' : 'not rolled back'} together with the others of this run`;
      report({ kind: 'outcome', ok: good, text: `${text}; see there` });
      return good;
    }
    if (!leaderLives(group)) throw rollbackInterrupted({ target: target.name });
    try {
      await sleep(PAUSE_MS, undefined, { signal });
    } catch (error) {
      if (isOpsError(error) || !signal.aborted) throw error;
      return false;
    }
  }
};
