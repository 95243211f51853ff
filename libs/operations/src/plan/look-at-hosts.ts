import { RELEASE_FILE } from '@polydev/contract';
import type { Host } from '@polydev/host';
import { lookAtHost, type LookInput } from '../deploy/look';
import { answerOf, type TargetState } from '../deploy/state';
import { targetLayout } from '../layout';
import { lockHolder } from '../lock/lock-holder';
import { program } from '../programs';
import { withDecision } from '../recover/mend';
import type { HostFacts } from './compose';
import { foreseeMending } from './foresee';
import type { HostPlan } from './target-plan';

export type PlanLookInput = Omit<LookInput, 'state' | 'foreseen'>;

/** All that a plan says of one host, from the state that was read there. Looks only. */
export const factsOfHost = async (host: Host, state: TargetState, input: PlanLookInput): Promise<HostFacts> => {
  const foreseen = foreseeMending(await withDecision(host, state, input.environment));
  const [look, beside] = await Promise.all([
    lookAtHost(host, { ...input, state, ...(foreseen ? { foreseen: foreseen.state } : {}) }),
    state.path.kind === 'directory' ? besideArtifact(host, input) : [],
  ]);
  return { look, beside, ...(foreseen ? { mend: foreseen.mend } : {}) };
};

const besideArtifact = async (host: Host, { target, artifact }: PlanLookInput): Promise<readonly string[]> => {
  const look = host.exec(program('adoption', target.path, RELEASE_FILE), { stdin: artifact.list });
  const { extra } = await answerOf<{ extra: readonly { path: string; directory: boolean }[] }>(host, look);
  return extra.map(({ path }) => path);
};

/** Who holds a target's lock on a host; undefined when nobody does. */
export const lockOf = (
  host: Host,
  { environment, target }: Pick<PlanLookInput, 'environment' | 'target'>,
): Promise<HostPlan['lock']> => lockHolder(host, targetLayout(environment.stateDir, target.name).lock);
