import type { Event } from '@polydev/reporting';
import { stepRows, stepsTable } from './steps-table';
import { isNoOp, wouldRefuse, type FileChanges, type HostPlan, type Refusal, type TargetPlan } from './target-plan';
import { amountText, bytesText, driftText, isSpoiled, lockText, mendText, reasonText, shortText } from './words';

/** Files of each kind that are named to people; programs get all. */
const NAMED = 20;

export interface ShowOptions {
  /** Stands between what the plan is about and what happens on the hosts. */
  readonly between?: readonly Event[];
  /** Plans of the targets that would be deployed before it, in the same run. */
  readonly before?: readonly PlanBefore[];
}

/** A plan of a target that comes first; of a database, how many migrations it would apply. */
export type PlanBefore =
  TargetPlan | { readonly target: string; readonly hash: string; readonly pendingMigrations: number };

const doesNothing = (plan: PlanBefore): boolean =>
  'pendingMigrations' in plan ? plan.pendingMigrations === 0 : isNoOp(plan);

/** The plan as people read it. */
export const planEvents = (plan: TargetPlan, { between = [], before = [] }: ShowOptions = {}): readonly Event[] => [
  { kind: 'headline', text: `${plan.target} → ${plan.environment}: plan ${plan.hash}` },
  {
    kind: 'note',
    text: `${shortText(plan.sha)}${plan.dirty ? ' with uncommitted changes' : ''}, digest ${shortText(plan.digest)}, ${amountText(plan.artifact)}`,
  },
  ...before.map((one): Event => ({ kind: 'note', text: beforeText(one) })),
  ...between,
  ...plan.refusals.map((refusal) => refusalEvent(refusal)),
  ...alikeHosts(plan.hosts).flatMap((hosts) => hostEvents(plan, hosts)),
  outcomeOf(plan, before),
];

const beforeText = (plan: PlanBefore): string =>
  doesNothing(plan)
    ? `Before it, ${plan.target}: nothing to do.`
    : `Before it, ${plan.target} is ${'pendingMigrations' in plan ? 'migrated' : 'deployed'}, by plan ${plan.hash}.`;

/** Hosts to which the very same happens, together. */
const alikeHosts = (hosts: readonly HostPlan[]): readonly (readonly HostPlan[])[] => {
  const groups = new Map<string, HostPlan[]>();
  for (const host of hosts) {
    const key = JSON.stringify({ ...host, host: '', address: '' });
    groups.set(key, [...(groups.get(key) ?? []), host]);
  }
  return [...groups.values()];
};

const hostEvents = (plan: TargetPlan, alike: readonly HostPlan[]): readonly Event[] => {
  const [first] = alike;
  if (first === undefined) return [];
  const host = alike.map((one) => one.host).join(', ');
  return [
    ...(first.lock ? [{ kind: 'warning', host, text: lockText(first.lock) } as const] : []),
    ...(first.mend ? [{ kind: 'warning', host, text: mendText(first.mend) } as const] : []),
    ...driftEvents(first, host),
    ...first.refusals.map((refusal) => refusalEvent(refusal, host)),
    { kind: 'note', host, text: actionText(first) },
    ...(first.action === 'deploy' ? deployEvents(plan, first, host) : []),
  ];
};

const refusalEvent = ({ code, message, hint }: Refusal, host?: string): Event => ({
  kind: 'warning',
  ...(host === undefined ? {} : { host }),
  text: `[${code}] ${message}`,
  hint,
});

const deployEvents = (plan: TargetPlan, first: HostPlan, host: string): readonly Event[] => [
  stepsTable(`Steps on ${host}`, stepRows(first, plan.path)),
  ...fileEvents(first.files, host),
  { kind: 'note', host, text: afterText(first) },
];

const actionText = ({ action, reasons, live, mend, steps }: HostPlan): string => {
  switch (action) {
    case 'nothing':
      return `Nothing to do: ${live?.release ?? ''} is live${mend ? ' then' : ''}${steps.healthCheck && !mend ? ', healthy,' : ''} and has no drift.`;
    case 'refuse':
      return 'A deploy would refuse, for what is said above.';
    case 'deploy':
      return `It deploys, because ${reasons.map(reasonText).join(', and ')}.`;
  }
};

const afterText = ({ live, drift, steps }: HostPlan): string => {
  if (live && isSpoiled(drift))
    return `A rollback would refuse to go back to ${live.release}: files of it are changed or missing.`;
  if (live) return `A rollback would go back to ${live.release}${live.sha ? ` (${shortText(live.sha)})` : ''}.`;
  return steps.adopt
    ? 'A rollback would go back to the directory that is there now.'
    : 'There would be nothing to roll back to.';
};

const driftEvents = ({ drift }: HostPlan, host: string): readonly Event[] => {
  if (drift.length === 0) return [];
  const text = driftText(drift, NAMED);
  return [{ kind: 'warning', host, text, hint: 'These files are not reused.' }];
};

type FileRow = readonly [change: string, size: string, file: string];

const fileEvents = ({ added, changed, removed }: FileChanges, host: string): readonly Event[] => {
  const rows = [
    ...firstOf(added, ({ path, size }) => ['added', bytesText(size), path]),
    ...firstOf(changed, ({ path, size, before }) => ['changed', sizesText(before, size), path]),
    ...firstOf(removed, ({ path, size }) => ['removed', bytesText(size), path]),
  ];
  const title = `Files on ${host}: ${added.length} added, ${changed.length} changed, ${removed.length} removed`;
  return rows.length === 0 ? [] : [{ kind: 'table', title, columns: ['', 'size', 'file'], rows }];
};

const firstOf = <T>(files: readonly T[], rowOf: (file: T) => FileRow): readonly FileRow[] => {
  const rows = files.slice(0, NAMED).map(rowOf);
  const [change = ''] = rows[0] ?? [];
  return files.length > NAMED ? [...rows, [change, '', `… and ${files.length - NAMED} more (all with --json)`]] : rows;
};

const sizesText = (before: number, after: number): string =>
  before === after ? bytesText(after) : `${bytesText(before)} → ${bytesText(after)}`;

const outcomeOf = (plan: TargetPlan, before: readonly PlanBefore[]): Event => {
  const { target, environment, hash } = plan;
  const deploy = `a deploy to ${environment}`;
  if (wouldRefuse(plan))
    return { kind: 'outcome', ok: false, text: `${target}: ${deploy} would refuse; nothing was touched` };
  const hashes = [hash, ...before.filter((one) => !doesNothing(one)).map((one) => one.hash)];
  const command = `npx nx run ${target}:deploy -c ${environment} --plan=${hashes.join(',')}`;
  if (isNoOp(plan)) return { kind: 'outcome', ok: true, text: `${target}: ${deploy} would change nothing` };
  return { kind: 'outcome', ok: true, text: `${target}: nothing was touched; to do just this: \`${command}\`` };
};
