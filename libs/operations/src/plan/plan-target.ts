import { withHosts } from '../connect';
import { refuseWithoutRsync } from '../deploy/rsync-refusal';
import { readTarget } from '../deploy/read-target';
import { readState } from '../deploy/state';
import type { PlanTarget } from '../operations';
import { judgeSource } from '../preflight/judge-source';
import { composePlan } from './compose';
import { factsOfHost, lockOf } from './look-at-hosts';
import { NEW_DEPLOYMENT } from './target-plan';

/** Computes what a deploy of a target would do, from its artifact and the real state of its hosts. Touches nothing on them. */
export const planTarget: PlanTarget = async ({ refusals = [], source, ...asked }) => {
  const { environment, target, artifactDirectory, head, signal } = asked;
  await refuseWithoutRsync(target);
  const { artifact, packageFiles } = await readTarget(target, artifactDirectory);
  const input = { environment, target, artifact, packageFiles, head: { ...head, id: NEW_DEPLOYMENT }, signal };
  return withHosts(environment, signal, async (connected) => {
    const hosts = await Promise.all(
      connected.map(async (host) => {
        const lock = await lockOf(host, input);
        const state = await readState(host, environment.stateDir, target);
        return { ...(await factsOfHost(host, state, input)), ...(lock ? { lock } : {}) };
      }),
    );
    const ofSource = judgeSource(environment, head, source).filter(({ level }) => level === 'error');
    return composePlan({ environment, target, artifact, head, hosts, refusals: [...ofSource, ...refusals] });
  });
};
