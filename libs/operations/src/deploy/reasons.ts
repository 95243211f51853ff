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
  /** The manifest's settings that shape a release have changed, or one of its secrets was set anew. */
  | { readonly kind: 'settings' }
  /** The values on the host are not those that are kept encrypted. */
  | { readonly kind: 'secrets' }
  /** Files of the live release were changed by hand; 0 where it is only directories. */
  | { readonly kind: 'drift'; readonly files: number }
  /** What it depends on is not installed for this machine. */
  | { readonly kind: 'dependencies' }
  /** Only signed releases are to serve, and the live one is none. */
  | { readonly kind: 'unsigned' }
  /** The live release is the very same, but it does not answer as it should. */
  | { readonly kind: 'unhealthy'; readonly seen: string };

interface ReasonFacts {
  readonly plan: DeployPlan;
  readonly state: TargetState;
  readonly drift: Comparison['drift'];
  /** Whether the values on the host are those of the plan, as far as that is known. */
  readonly secretsPlaced?: boolean;
}

/** What can be told without asking the service. Pure. */
export const reasonsToDeploy = ({ plan, state, drift, secretsPlaced = true }: ReasonFacts): readonly Reason[] => {
  const live = liveOf(state);
  if (live === undefined) return [foundAt(state)];
  // Also that of when each of its secrets was set: what was set anew is known without anybody who could decrypt it.
  const settled = live.info === undefined || live.info.settings === plan.settings;
  return [
    ...(live.info?.digest === plan.digest ? [] : [{ kind: 'content' } as const]),
    ...(settled ? [] : [{ kind: 'settings' } as const]),
    ...(secretsPlaced || !settled ? [] : [{ kind: 'secrets' } as const]),
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
