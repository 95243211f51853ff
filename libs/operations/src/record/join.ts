import type {
  DeploymentHead,
  DeploymentOutcome,
  DeploymentPart,
  DeploymentRecord,
  HostOutcome,
  HostRecord,
  TargetRecord,
} from '@polydev/contract';

/**
 * Joins the parts of a deployment, as they were found on several hosts, into its record. A part that says how it ended
 * outdoes one that still says `running`; a target that was planned and left no part was not reached. Pure.
 */
export const joinParts = (
  head: DeploymentHead,
  parts: readonly DeploymentPart[],
  { endedAt, earlier }: { readonly endedAt: string; readonly earlier?: DeploymentRecord | undefined },
): DeploymentRecord => {
  const found = [...(earlier?.targets ?? []), ...parts.map(({ part }) => part)];
  const names = [...new Set([...head.planned, ...found.map(({ target }) => target)])];
  const targets = names.map((name) =>
    mergeTarget(
      name,
      found.filter(({ target }) => target === name),
    ),
  );
  const outcome = outcomeOf(targets);
  // Whoever joins them may come much later.
  const ended =
    targets
      .flatMap((target) => target.endedAt ?? [])
      .sort()
      .at(-1) ?? endedAt;
  const undid = [...new Set(targets.flatMap((target) => target.undid ?? []))].sort().reverse();
  return {
    ...head,
    outcome,
    ...(outcome === 'running' ? {} : { endedAt: ended }),
    ...(undid.length === 0 ? {} : { undid }),
    targets,
  };
};

/** One target as a whole from its hosts. */
export const targetOutcome = (hosts: readonly Pick<HostRecord, 'outcome'>[]): HostOutcome => {
  const order: readonly HostOutcome[] = ['stuck', 'running', 'taken-back', 'moved', 'unchanged'];
  return order.find((outcome) => hosts.some((host) => host.outcome === outcome)) ?? 'not-reached';
};

const mergeTarget = (target: string, found: readonly TargetRecord[]): TargetRecord => {
  const best = found.toSorted((a, b) => rank(a.outcome) - rank(b.outcome)).at(-1);
  if (!best) return { target, outcome: 'not-reached', hosts: [] };
  const hosts = new Map<string, { readonly host: HostRecord; readonly known: number }>();
  for (const { record, host } of found.flatMap((record) => record.hosts.map((host) => ({ record, host })))) {
    const known = hostRank(host, record);
    if (known >= (hosts.get(host.host)?.known ?? 0)) hosts.set(host.host, { host, known });
  }
  const merged = [...hosts.values()].map(({ host }) => host);
  return { ...best, outcome: merged.length === 0 ? best.outcome : targetOutcome(merged), hosts: merged };
};

/**
 * How much a part knows: the later in a deployment it was written, the more. Nothing follows on a host that was taken
 * back: where several were mended, each says so in its own part, which has the others as stuck still.
 */
const rank = (outcome: HostOutcome): number =>
  ({ 'not-reached': 0, running: 1, 'taken-back': 3 })[outcome as string] ?? 2;

/** A part that has ended knows of a host whose turn never came; one that was written before it has it as running. */
const hostRank = ({ outcome }: HostRecord, part: TargetRecord): number =>
  outcome === 'not-reached' && part.outcome !== 'running' ? 1.5 : rank(outcome);

const outcomeOf = (targets: readonly TargetRecord[]): DeploymentOutcome => {
  if (targets.some(({ outcome }) => outcome === 'running')) return 'running';
  if (targets.some(({ outcome }) => outcome === 'stuck')) return 'stuck';
  return targets.every(({ outcome }) => outcome === 'moved' || outcome === 'unchanged') ? 'succeeded' : 'rolled-back';
};
