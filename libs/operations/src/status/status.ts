import type { DeploymentRecord, HostRecord } from '@polydev/contract';
import type { Host } from '@polydev/host';
import type { HostConfig } from '@polydev/manifest';
import { isOpsError } from '@polydev/errors';
import { tryHosts } from '../connect';
import { readState, type TargetState } from '../deploy/state';
import { driftOf } from '../deploy/drift';
import { probe } from '../health/probe';
import { targetLayout } from '../layout';
import { lockHolder, type LockHolderNote } from '../lock/lock-holder';
import type { HostStatus, StatusInput, TargetStatus } from '../operations';
import { joinParts } from '../record/join';
import { readOpenDeployments, readRecords } from '../record/parts';
import { isUnfinished } from '../recover/recover';

/** More than any host keeps. */
const EVERY_RECORD = 1_000_000;

/** What a target is on every host of its environment, and its history, newest first. A host out of reach is a row too. */
export const statusOfTarget = async (input: StatusInput): Promise<TargetStatus> => {
  const { environment, target, signal } = input;
  const settled = await tryHosts(environment, signal);
  const hosts = settled.flatMap((one) => (one.ok ? [one.value] : []));
  try {
    const statuses = await Promise.all(
      settled.map((one) => (one.ok ? hostStatus(one.value, input) : Promise.resolve(unreachable(one.item, one.error)))),
    );
    const records = (await Promise.all(hosts.map((host) => readHistory(host, input)))).flat();
    // Many that failed since may have pushed the one that is live out of what is shown.
    const isKnown = (status: HostStatus) => withHistory(status, target.name, records).by !== undefined;
    const older = statuses.every((status) => status.release === undefined || isKnown(status))
      ? []
      : (await Promise.all(hosts.map((host) => readHistory(host, { ...input, limit: EVERY_RECORD })))).flat();
    return {
      target: target.name,
      environment: environment.name,
      ...(target.url ? { url: target.url } : {}),
      hosts: statuses.map((status) => withHistory(status, target.name, [...records, ...older])),
      history: historyOf(records, target.name).slice(0, input.limit),
    };
  } finally {
    await Promise.all(hosts.map((host) => host.close().catch(() => undefined)));
  }
};

/** A deployment as its record says, or as its parts do where it is not closed yet. */
type Known = DeploymentRecord & { readonly open?: boolean };

const readHistory = async (host: Host, { environment, target, limit }: StatusInput): Promise<readonly Known[]> => {
  const [closed, open] = await Promise.all([
    readRecords(host, environment.stateDir, { limit, target: target.name }),
    readOpenDeployments(host, environment.stateDir),
  ]);
  const own = open.flatMap(({ parts }) => parts.filter(({ part }) => part.target === target.name));
  return [
    ...closed,
    ...own.map((part) => ({ ...joinParts(part.head, [part], { endedAt: part.head.startedAt }), open: true })),
  ];
};

const hostStatus = async (host: Host, { environment, target, signal }: StatusInput): Promise<HostStatus> => {
  const state = await readState(host, environment.stateDir, target);
  const live = state.releases.find(({ id }) => id === state.path.release);
  const [health, drift, holder] = await Promise.all([
    healthOf(host, live !== undefined, { environment, target, signal } as StatusInput),
    live ? driftOf(host, live, { stateDir: environment.stateDir, target }) : [],
    lockHolder(host, targetLayout(environment.stateDir, target.name).lock),
  ]);
  return {
    host: host.name,
    release: live?.id,
    sha: live?.info?.sha,
    digest: live?.info?.digest,
    ...health,
    since: undefined,
    by: undefined,
    drift,
    ...stateOf(state, holder),
    releases: state.releases.flatMap(({ id, info }) =>
      info ? [{ release: id, sha: info.sha, digest: info.digest }] : [],
    ),
  };
};

const stateOf = (
  { lastRun }: TargetState,
  holder: LockHolderNote | undefined,
): Pick<HostStatus, 'state' | 'stateDetail'> => {
  if (holder !== undefined) {
    const { by = 'somebody', since, deployment } = holder;
    const work = deployment === undefined ? '' : ` (${deployment})`;
    return { state: 'deploying', stateDetail: `${by}${since === undefined ? '' : ` since ${since}`}${work}` };
  }
  if (!isUnfinished(lastRun)) return { state: 'idle' };
  const { run, runbook, outcome, failedStep, started } = lastRun;
  const step = failedStep ?? started.at(-1);
  return {
    state: outcome === 'stuck' ? 'stuck' : 'interrupted',
    stateDetail: `${runbook} ${run}${step === undefined ? '' : ` in step "${step}"`}`,
  };
};

const healthOf = async (
  host: Host,
  isLive: boolean,
  { target, signal }: StatusInput,
): Promise<Pick<HostStatus, 'health' | 'healthDetail'>> => {
  if (!target.healthCheck || !isLive) return { health: 'not-checked' };
  const result = await probe(host, target.healthCheck, signal);
  return { health: result.ok ? 'healthy' : 'unhealthy', ...(result.ok ? {} : { healthDetail: result.seen }) };
};

const unreachable = (host: HostConfig, error: unknown): HostStatus => ({
  host: host.name,
  release: undefined,
  sha: undefined,
  digest: undefined,
  health: 'unreachable',
  healthDetail: isOpsError(error) ? `[${error.code}] ${error.message}` : String(error),
  since: undefined,
  by: undefined,
  drift: [],
  state: 'unknown',
  releases: [],
});

/** Since when and by whom: from the newest deployment that made the live release serve here. */
const withHistory = (status: HostStatus, target: string, records: readonly Known[]): HostStatus => {
  const record = records
    .filter(({ targets }) =>
      targets.some((part) => part.target === target && part.hosts.some((on) => isMove(on, status))),
    )
    .reduce<DeploymentRecord | undefined>((newest, one) => (newest && newest.id > one.id ? newest : one), undefined);
  return record ? { ...status, since: record.endedAt ?? record.startedAt, by: record.by } : status;
};

const isMove = ({ host, outcome, release }: HostRecord, status: HostStatus): boolean =>
  host === status.host && outcome === 'moved' && release === status.release;

/** Where a host has closed a deployment and another has not, the record is what counts. */
const historyOf = (records: readonly Known[], target: string): TargetStatus['history'] =>
  [
    ...new Map(
      [...records]
        .sort((a, b) => Number(b.open ?? false) - Number(a.open ?? false))
        .map((record) => [record.id, record]),
    ).values(),
  ]
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .flatMap(({ id, kind, sha, by, startedAt, reason, targets, open }) =>
      targets
        .filter((part) => part.target === target)
        .map(({ outcome }) => ({
          deployment: id,
          kind,
          sha,
          outcome,
          by,
          at: startedAt,
          ...(reason === undefined ? {} : { reason }),
          ...(open ? { open } : {}),
        })),
    );
