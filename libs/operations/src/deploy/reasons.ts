import type { ProbeResult } from '../health/probe';
import type { Comparison } from './look';
import type { DeployPlan } from './plan';
import type { TargetState } from './state';

/** Why a deploy has something to do on a host. */
export type Reason =
  /** Nothing serves there yet. */
  | { readonly kind: 'first' }
  /** A directory, or a symlink that is not ours, stands at the path. */
  | { readonly kind: 'foreign'; readonly found: 'directory' | 'symlink' }
  /** The live release has another digest. */
  | { readonly kind: 'content' }
  /** The manifest's settings that shape a release have changed. */
  | { readonly kind: 'settings' }
  /** Files of the live release were changed by hand; 0 where it is only directories. */
  | { readonly kind: 'drift'; readonly files: number }
  /** What it depends on is not installed for this machine. */
  | { readonly kind: 'dependencies' }
  /** The live release is the very same, but it does not answer as it should. */
  | { readonly kind: 'unhealthy'; readonly seen: string };

/** What can be told without asking the service. Pure. */
export const reasonsToDeploy = (
  plan: DeployPlan,
  state: TargetState,
  drift: Comparison['drift'],
): readonly Reason[] => {
  const live = liveOf(state);
  if (live === undefined) return [foundAt(state)];
  return [
    ...(live.info?.digest === plan.digest ? [] : [{ kind: 'content' } as const]),
    ...(live.info === undefined || live.info.settings === plan.settings ? [] : [{ kind: 'settings' } as const]),
    ...(drift.length === 0 ? [] : [{ kind: 'drift', files: countFiles(drift) } as const]),
    ...(plan.dependencies?.reuse === false ? [{ kind: 'dependencies' } as const] : []),
  ];
};

const countFiles = (drift: Comparison['drift']): number => drift.reduce((sum, { files }) => sum + files, 0);

/** What the service's answer adds. Pure. */
export const healthReasons = (result: ProbeResult, release: string | undefined): readonly Reason[] => {
  const another = result.release !== undefined && result.release !== release;
  if (result.ok && !another) return [];
  const seen = result.ok ? `release ${result.release} answers, not the live one` : result.seen;
  return [{ kind: 'unhealthy', seen }];
};

/** The release that serves, where it is one of ours. */
export const liveOf = ({ releases, path }: TargetState) => releases.find(({ id }) => id === path.release);

const foundAt = ({ path: { kind } }: TargetState): Reason =>
  kind === 'directory' || kind === 'symlink' ? { kind: 'foreign', found: kind } : { kind: 'first' };
