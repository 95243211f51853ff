import type { HostPlan, PlannedRules, PlannedSteps, TargetPlan } from './target-plan';

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
  ...ruleFacts(plan.rules),
  { name: 'hosts', value: plan.hosts.map(({ host }) => host) },
  ...plan.hosts.flatMap(hostFacts),
];

const hostFacts = (host: HostPlan): readonly Fact[] => {
  const fact = (name: string, value: Fact['value']): Fact => ({ name: `${host.host}: ${name}`, value });
  return [
    fact('address', host.address),
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
    // Else an approval that was used would hold for the same deploy once more, after somebody went back from it.
    fact('gone back from', [...(host.goneBackFrom ?? [])].sort()),
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
  { name: 'symlink that is replaced', value: steps.replaces ?? NONE },
  { name: 'shared', value: steps.shared.map(({ kind, path }) => `${path} (${kind})`).sort() },
  { name: 'server build', value: steps.build ?? NONE },
  { name: 'pre_deploy', value: steps.preDeploy ?? NONE },
  { name: 'restart', value: steps.restart ?? NONE },
  { name: 'slot', value: steps.slots ? `${steps.slots.to}, port ${steps.slots.ports[steps.slots.to]}` : NONE },
  { name: 'health check', value: steps.healthCheck ?? NONE },
  { name: 'post_deploy', value: steps.postDeploy ?? NONE },
];

const ruleFacts = (rules: PlannedRules): readonly Fact[] => {
  const { keep, strategy, rollbackOnFailure, commandTimeoutMs, url, healthCheck, drop = [] } = rules;
  const seconds = (ms: number | undefined): string => (ms === undefined ? NONE : `${ms / 1000} s`);
  return [
    { name: 'keep', value: String(keep) },
    { name: 'strategy', value: strategy },
    { name: 'rollback_on_failure', value: String(rollbackOnFailure) },
    { name: 'command_timeout', value: seconds(commandTimeoutMs) },
    { name: 'url', value: url ?? NONE },
    { name: 'health_check.status', value: String(healthCheck?.status ?? NONE) },
    { name: 'health_check.body', value: settingsIn(healthCheck?.body) },
    { name: 'health_check.timeout', value: seconds(healthCheck?.timeoutMs) },
    { name: 'health_check.interval', value: seconds(healthCheck?.intervalMs) },
    { name: 'health_check.successes', value: String(healthCheck?.successes ?? NONE) },
    { name: 'traffic', value: settingsIn(rules.traffic) },
    { name: 'golden_image', value: settingsIn(rules.goldenImage) },
    { name: 'drop', value: [...drop].sort() },
  ];
};

/** A group of settings, one text each. */
const settingsIn = (group: object = {}): readonly string[] =>
  Object.entries(group)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .sort();

const NONE = 'none';
