import type { DeploymentRecord } from '@polydev/contract';
import type { Host } from '@polydev/host';
import type { HostConfig } from '@polydev/manifest';
import { isOpsError } from '@polydev/errors';
import { tryHosts } from '../connect';
import { answerOf, readState, type TargetState } from '../deploy/state';
import { oursIn, type Comparison } from '../deploy/prepare';
import { probe } from '../health/probe';
import { targetLayout } from '../layout';
import type { HostStatus, StatusInput, TargetStatus } from '../operations';
import { program } from '../programs';
import { readRecords } from '../record/parts';
import { isUnfinished } from '../recover/recover';

/** What a target is on every host of its environment, and its history, newest first. A host out of reach is a row too. */
export const statusOfTarget = async (input: StatusInput): Promise<TargetStatus> => {
  const { environment, target, signal } = input;
  const settled = await tryHosts(environment, signal);
  const hosts = settled.flatMap((one) => (one.ok ? [one.value] : []));
  try {
    const statuses = await Promise.all(
      settled.map((one) => (one.ok ? hostStatus(one.value, input) : Promise.resolve(unreachable(one.item, one.error)))),
    );
    const records = await Promise.all(
      hosts.map((host) => readRecords(host, environment.stateDir, { limit: input.limit, target: target.name })),
    );
    return {
      target: target.name,
      environment: environment.name,
      ...(target.url ? { url: target.url } : {}),
      hosts: statuses.map((status) => withHistory(status, records.flat())),
      history: historyOf(records.flat(), target.name).slice(0, input.limit),
    };
  } finally {
    await Promise.all(hosts.map((host) => host.close().catch(() => undefined)));
  }
};

const hostStatus = async (host: Host, { environment, target, signal }: StatusInput): Promise<HostStatus> => {
  const state = await readState(host, environment.stateDir, target);
  const live = state.releases.find(({ id }) => id === state.path.release);
  const [health, drift, held] = await Promise.all([
    healthOf(host, live !== undefined, { environment, target, signal } as StatusInput),
    driftOf(host, state, { environment, target } as StatusInput),
    isLocked(host, targetLayout(environment.stateDir, target.name).lock),
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
    state: stateOf(state, held),
    releases: state.releases.flatMap(({ id, info }) =>
      info ? [{ release: id, sha: info.sha, digest: info.digest }] : [],
    ),
  };
};

const stateOf = (state: TargetState, held: boolean): HostStatus['state'] => {
  if (held) return 'deploying';
  if (!isUnfinished(state.lastRun)) return 'idle';
  return state.lastRun.outcome === 'stuck' ? 'stuck' : 'interrupted';
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

const driftOf = async (
  host: Host,
  state: TargetState,
  { environment, target }: StatusInput,
): Promise<HostStatus['drift']> => {
  const live = state.releases.find(({ id }) => id === state.path.release);
  if (!live?.hasList) return [];
  const layout = targetLayout(environment.stateDir, target.name);
  const compare = program('compare', layout.release(live.id), layout.list(live.id), ...oursIn(target));
  const { drift } = await answerOf<Comparison>(host, host.exec(compare, { stdin: '' }));
  return target.build === 'server' ? drift.filter(({ kind }) => kind !== 'extra') : drift;
};

/** Whether somebody holds a lock; asking takes nothing from them. */
const isLocked = async (host: Host, lockFile: string): Promise<boolean> => {
  const look = 'exit 0 unless open(my $f, "<", $ARGV[0]); exit(flock($f, 5) ? 0 : 9)';
  return (await host.exec(['perl', '-e', look, '--', lockFile])).exitCode === 9;
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
  state: 'idle',
  releases: [],
});

/** Since when and by whom: from the record of the deployment that the live release is named after. */
const withHistory = (status: HostStatus, records: readonly DeploymentRecord[]): HostStatus => {
  const record = records.find(({ id }) => id === status.release);
  return record ? { ...status, since: record.endedAt ?? record.startedAt, by: record.by } : status;
};

const historyOf = (records: readonly DeploymentRecord[], target: string): TargetStatus['history'] =>
  [...new Map(records.map((record) => [record.id, record])).values()]
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .flatMap(({ id, sha, by, startedAt, targets }) =>
      targets
        .filter((part) => part.target === target)
        .map(({ outcome }) => ({ deployment: id, sha, outcome, by, at: startedAt })),
    );
