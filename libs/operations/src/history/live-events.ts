import type { DeploymentHead, DeploymentPart, DeploymentRecord, HostOutcome, TargetRecord } from '@polydev/contract';

/** What one deployment did to a target on one host. */
export interface LiveEvent {
  readonly deployment: string;
  readonly kind: DeploymentHead['kind'];
  readonly sha: string;
  readonly dirty: boolean;
  /** When it began under the target's lock, and when it ended: ISO 8601, by the deployer's clock. */
  readonly began: string;
  readonly at: string;
  readonly outcome: HostOutcome;
  /** Release that served when it ended. */
  readonly release: string | undefined;
  /** SHA-256 of the artifact's file list. */
  readonly digest: string | undefined;
}

/** One deployment, as far as it is known: closed, or its parts alone where its deployer died before it closed it. */
export interface KnownDeployment {
  readonly head: DeploymentHead;
  readonly succeeded: boolean;
  readonly at: string;
  readonly targets: readonly TargetRecord[];
}

/** Every deployment that hosts know of, oldest first, each once. Pure. */
export const knownDeployments = (
  records: readonly DeploymentRecord[],
  parts: readonly DeploymentPart[],
): readonly KnownDeployment[] => {
  const closed = new Map(records.map((record) => [record.id, closedDeployment(record)]));
  const open = new Map<string, DeploymentPart[]>();
  for (const part of parts.filter(({ head }) => !closed.has(head.id))) {
    open.set(part.head.id, [...(open.get(part.head.id) ?? []), part]);
  }
  return [...closed.values(), ...[...open.values()].flatMap(openDeployment)].sort((a, b) => compare(a.at, b.at));
};

const closedDeployment = (record: DeploymentRecord): KnownDeployment => ({
  head: record,
  succeeded: record.outcome === 'succeeded',
  at: record.endedAt ?? record.startedAt,
  targets: record.targets,
});

const openDeployment = (parts: readonly DeploymentPart[]): readonly KnownDeployment[] => {
  const [first] = parts;
  if (first === undefined) return [];
  const at =
    parts
      .map(({ part }) => part.endedAt ?? first.head.startedAt)
      .sort()
      .at(-1) ?? first.head.startedAt;
  return [{ head: first.head, succeeded: false, at, targets: parts.map(({ part }) => part) }];
};

export interface EventsOf {
  readonly target: string;
  readonly host: string;
  /** Runs of the target in the host's journal, oldest first. */
  readonly runs?: readonly string[];
}

/** What happened to a target on a host, oldest first. Pure. */
export const eventsOf = (
  deployments: readonly KnownDeployment[],
  { target, host, runs = [] }: EventsOf,
): readonly LiveEvent[] => {
  const events = deployments
    .flatMap(({ head, at, targets }) =>
      targets
        .filter((part) => part.target === target)
        .flatMap((part) =>
          part.hosts
            .filter((record) => record.host === host)
            .map(({ outcome, release }) => ({
              deployment: head.id,
              kind: head.kind,
              sha: head.sha,
              dirty: head.dirty,
              began: part.startedAt ?? head.startedAt,
              at: part.endedAt ?? at,
              outcome,
              release,
              digest: part.digest,
            })),
        ),
    )
    // One after the other under the target's lock, so in the order of their beginnings.
    .sort((a, b) => compare(a.began, b.began) || compare(a.deployment, b.deployment));
  return inJournalOrder(events, runs);
};

/** Clocks of deployers differ, and the journal has none: what it knows changes places, until it stands in its order. */
const inJournalOrder = (events: readonly LiveEvent[], runs: readonly string[]): readonly LiveEvent[] => {
  const positions = new Map(runs.map((run, index) => [run, index]));
  const position = ({ deployment }: LiveEvent) => positions.get(deployment) ?? -1;
  const known = events.filter((event) => position(event) >= 0).sort((a, b) => position(a) - position(b));
  return events.map((event) => (position(event) < 0 ? event : (known.shift() ?? event)));
};

/** Whether an event left its own release serving. */
export const isGood = ({ outcome }: Pick<LiveEvent, 'outcome'>): boolean =>
  outcome === 'moved' || outcome === 'unchanged';

/**
 * The releases that served and were not gone back from, oldest first; the last one is live. A deploy adds one; a
 * rollback takes all above its own away again, so that going back twice goes further back. Pure.
 */
export const goodReleases = (events: readonly LiveEvent[], live: string | undefined): readonly string[] => {
  const served: string[] = [];
  for (const { outcome, kind, release } of events) {
    if (outcome !== 'moved' || release === undefined) continue;
    const earlier = served.lastIndexOf(release);
    if (kind === 'rollback' && earlier >= 0) served.splice(earlier + 1);
    else served.push(release);
  }
  if (live === undefined) return served;
  const position = served.lastIndexOf(live);
  return position >= 0 ? served.slice(0, position + 1) : [...served, live];
};

/** The release that was live on a host at a moment (ISO 8601); undefined when none was, or it is not known. Pure. */
export const liveAt = (events: readonly LiveEvent[], moment: string): string | undefined =>
  events.findLast(({ at, release, outcome }) => at <= moment && release !== undefined && outcome !== 'running')
    ?.release;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
