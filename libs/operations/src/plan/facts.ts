import type { HostPlan, PlannedSteps, TargetPlan } from './target-plan';

/** One thing that decides what a deploy does: what it is called, and its value or values. */
export interface Fact {
  readonly name: string;
  readonly value: string | readonly string[];
}

/**
 * All that decides what a deploy does, in a fixed order: what is hashed, and what is compared field by field. Left out
 * is what differs from one look to the next without meaning anything: times, ids, who holds the lock, and the commit,
 * as another commit with the same content is the same deploy. Pure.
 */
export const factsOf = (plan: Omit<TargetPlan, 'hash'>): readonly Fact[] => [
  { name: 'plan version', value: String(plan.version) },
  { name: 'target', value: plan.target },
  { name: 'environment', value: plan.environment },
  { name: 'path', value: plan.path },
  { name: 'artifact digest', value: plan.digest },
  { name: 'settings that shape a release', value: plan.settings },
  { name: 'hosts', value: plan.hosts.map(({ host }) => host) },
  ...plan.hosts.flatMap(hostFacts),
];

const hostFacts = (host: HostPlan): readonly Fact[] => {
  const fact = (name: string, value: Fact['value']): Fact => ({ name: `${host.host}: ${name}`, value });
  return [
    fact('live release', host.live?.release ?? NONE),
    fact('live digest', host.live?.digest ?? NONE),
    fact('files changed by hand', host.drift.map(({ kind, path }) => `${path} (${kind})`).sort()),
    fact('unfinished run', host.mend ? `${host.mend.deployment}, to be ${host.mend.how}` : NONE),
    fact('it would', ACTIONS[host.action]),
    fact(
      'reasons',
      host.reasons.map(({ kind }) => kind),
    ),
    // Their words hold numbers that change by themselves, such as the room on a disk.
    fact('refusals', host.refusals.map(({ code }) => code).sort()),
    fact('releases to remove', [...host.prune].sort()),
    ...stepFacts(host.steps).map(({ name, value }) => fact(name, value)),
  ];
};

const ACTIONS = { deploy: 'deploy', nothing: 'do nothing', refuse: 'refuse' } as const;

const stepFacts = (steps: PlannedSteps): readonly Fact[] => [
  { name: 'sync', value: steps.sync },
  {
    name: 'install',
    value: steps.install ? `${steps.install.reuse ? 'reuse' : steps.install.command} (${steps.install.key})` : NONE,
  },
  { name: 'adopted directory', value: steps.adopt ? [...steps.adopt.move, ...steps.adopt.leave].sort() : [] },
  { name: 'shared', value: steps.shared.map(({ kind, path }) => `${path} (${kind})`).sort() },
  { name: 'server build', value: steps.build ?? NONE },
  { name: 'pre_deploy', value: steps.preDeploy ?? NONE },
  { name: 'restart', value: steps.restart ?? NONE },
  { name: 'health check', value: steps.healthCheck ?? NONE },
  { name: 'post_deploy', value: steps.postDeploy ?? NONE },
];

const NONE = 'none';
