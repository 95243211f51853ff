import type { TargetView } from '@polydev/contract';
import type { Tone } from './outcome';

export interface Summary {
  readonly sentence: string;
  readonly tone: Tone;
}

/** The state of all targets in one sentence; what is not checked is not counted as healthy. */
export function summaryOf(targets: readonly TargetView[]): Summary {
  const checked = targets.filter(({ health }) => health !== 'not-checked');
  const unhealthy = checked.filter(({ health }) => health === 'unhealthy');
  if (targets.length === 0) return { sentence: 'Nothing has been deployed yet', tone: 'quiet' };
  if (checked.length === 0) return { sentence: 'No target has a health check', tone: 'quiet' };
  if (unhealthy.length === 1) return { sentence: `${unhealthy[0]?.target} is unhealthy`, tone: 'bad' };
  if (unhealthy.length > 1) {
    return { sentence: `${unhealthy.length} of ${checked.length} checked targets are unhealthy`, tone: 'bad' };
  }
  return {
    sentence: checked.length === targets.length ? 'All targets are healthy' : 'All checked targets are healthy',
    tone: 'good',
  };
}
