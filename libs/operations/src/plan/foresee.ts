import { isDeploy } from '../deploy/deploy';
import { liveOf } from '../deploy/reasons';
import { planOfRun, type DeployPlan } from '../deploy/plan';
import type { TargetState } from '../deploy/state';
import { isUnfinished } from '../recover/recover';
import type { PlannedMend } from './target-plan';

/** What the mending of a dead run will be, and the state it will leave. */
export interface Foreseen {
  readonly mend: PlannedMend;
  readonly state: TargetState;
}

/** What the next run will do about one that died on a host; undefined where none did. Pure. */
export const foreseeMending = (state: TargetState): Foreseen | undefined => {
  const { lastRun } = state;
  if (!isUnfinished(lastRun)) return undefined;
  const { run, runbook, committed, outcome } = lastRun;
  const dead = planOfRun(lastRun);
  return {
    mend: { deployment: run, runbook, how: committed ? 'finished' : 'undone', stuck: outcome === 'stuck' },
    state: { ...(committed ? finished(state, dead) : undone(state, dead, runbook)), lastRun: undefined },
  };
};

const finished = (state: TargetState, dead: DeployPlan): TargetState => ({
  ...state,
  releases: state.releases.filter(({ id }) => !dead.prune.includes(id)),
});

const undone = (state: TargetState, dead: DeployPlan, runbook: string): TargetState => {
  const { before, dependencies, targetFile } = dead;
  // A rollback places nothing, so there is nothing that goes with it.
  const gone = isDeploy(runbook) ? [dead.release, before.kind === 'directory' ? before.adoptAs : ''] : [];
  const installed = dependencies && !dependencies.reuse ? dependencies.key : undefined;
  return {
    ...state,
    path: pathBefore(before),
    releases: state.releases.filter(({ id }) => !gone.includes(id)),
    dependencies: state.dependencies.filter((key) => key !== installed),
    targetFile,
  };
};

const pathBefore = (before: DeployPlan['before']): TargetState['path'] => {
  switch (before.kind) {
    case 'nothing':
      return { kind: 'absent', link: undefined, release: undefined };
    case 'symlink':
      return { kind: 'symlink', link: before.link, release: before.release };
    case 'directory':
      return { kind: 'directory', link: undefined, release: undefined };
  }
};

/** Commit of the live release: its own, or a newer one that a deployment found to be the same release. Pure. */
export const liveCommit = (state: TargetState) => {
  const live = liveOf(state);
  const confirmed = state.targetFile?.live;
  if (!confirmed || confirmed.release !== live?.id) return live?.info && { sha: live.info.sha };
  const { sha, dirty, deployment } = confirmed;
  return { sha, ...(dirty === undefined ? {} : { dirty }), ...(deployment ? { deployment } : {}) };
};
