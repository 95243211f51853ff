import { deploymentHeadSchema, type DeploymentPart, type HostRecord, type TargetRecord } from '@polydev/contract';
import type { Host, HostShell } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import type { RunOutcome, RunState } from '@polydev/runbook';
import { readState } from '../deploy/state';
import { targetLayout } from '../layout';
import { runOf } from '../recover/decision';
import { targetOutcome } from './join';
import { readOpenDeployments, readRecords, writePart } from './parts';

interface DeadPart {
  readonly target: TargetConfig;
  readonly part: DeploymentPart;
  /** Whether something had to be finished or undone. */
  readonly mended: boolean;
}

/**
 * Writes how a dead task's part ended on this host: as its journal says, since others may have moved the target after
 * it; where that says nothing, by what is live. Under the target's lock.
 */
export const settlePart = async (
  shell: HostShell,
  stateDir: string,
  { target, part, mended }: DeadPart,
): Promise<void> => {
  const { host } = shell;
  const live = (await readState(host, stateDir, target)).path.release;
  const run = await runOf(host, targetLayout(stateDir, target.name).journal, part.head.id);
  const note = mended
    ? 'The deployer died; this was mended afterwards.'
    : 'The deployer died before it could record the end.';
  const hosts = part.part.hosts.map((record) =>
    record.host === host.name && isOpen(record) ? endedRecord(record, { run, live, note }) : record,
  );
  const endedAt = run?.endedAt ?? new Date().toISOString();
  const settled = { ...part.part, hosts, outcome: targetOutcome(hosts), endedAt };
  await writePart([shell], stateDir, { head: part.head, part: settled });
};

interface Ended {
  readonly run: RunState | undefined;
  readonly live: string | undefined;
  readonly note: string;
}

/** Pure. `release` of a running record is the one that was to serve. */
export const endedRecord = ({ release, error, ...record }: HostRecord, { run, live, note }: Ended): HostRecord => {
  const outcome = OUTCOMES[run?.outcome ?? 'none'] ?? (live !== undefined && live === release ? 'moved' : 'taken-back');
  const serves = outcome === 'moved' ? release : (record.previous ?? live);
  // What made it stuck is over.
  const story = outcome === 'stuck' && error ? { error } : {};
  return {
    ...record,
    ...story,
    outcome,
    ...(serves === undefined ? {} : { release: serves }),
    notes: [...record.notes, note],
  };
};

const OUTCOMES: Readonly<Record<RunOutcome | 'none', HostRecord['outcome'] | undefined>> = {
  succeeded: 'moved',
  'rolled-back': 'taken-back',
  stuck: 'stuck',
  left: 'stuck',
  none: undefined,
};

/** A part that was stuck ended once, and may have been mended since. */
const isOpen = ({ outcome }: HostRecord): boolean => outcome === 'running' || outcome === 'stuck';

/**
 * Mends what a deployment left of a target on this host, and writes into its part how it ended; nothing is written where it left
 * neither part nor record. The part says `running` first: whoever closes deployments settles it, should this process die
 * between the end of the mending and the writing of it.
 */
export const whileReopened = async <T>(
  shell: HostShell,
  stateDir: string,
  {
    target,
    deployment,
    mend,
  }: { readonly target: TargetConfig; readonly deployment: string; readonly mend: () => Promise<T> },
): Promise<T> => {
  const part = await lastPart(shell.host, stateDir, { target, deployment });
  if (part) await writePart([shell], stateDir, { head: part.head, part: reopened(part.part, shell.host.name) });
  const mended = await mend();
  if (part) await settlePart(shell, stateDir, { target, part, mended: true });
  return mended;
};

/** Pure. What was stuck on a host is being worked on. */
const reopened = (part: TargetRecord, host: string): TargetRecord => ({
  ...part,
  outcome: 'running',
  hosts: part.hosts.map((record) =>
    record.host === host && isOpen(record) ? { ...record, outcome: 'running' } : record,
  ),
});

/** A target's part of a deployment, from its record where it was closed already. */
const lastPart = async (
  host: Host,
  stateDir: string,
  { target, deployment }: { readonly target: TargetConfig; readonly deployment: string },
): Promise<DeploymentPart | undefined> => {
  const open = await readOpenDeployments(host, stateDir);
  const parts = open.find(({ id }) => id === deployment)?.parts ?? [];
  return (
    parts.find((one) => one.part.target === target.name) ?? (await closedPart(host, stateDir, { target, deployment }))
  );
};

const closedPart = async (
  host: Host,
  stateDir: string,
  { target, deployment }: { readonly target: TargetConfig; readonly deployment: string },
): Promise<DeploymentPart | undefined> => {
  const records = await readRecords(host, stateDir, { limit: RECENT, target: target.name });
  const record = records.find(({ id }) => id === deployment);
  const part = record?.targets.find((one) => one.target === target.name);
  return record && part && { head: deploymentHeadSchema.parse(record), part };
};

/** Deployments of a target among which one that just was mended is looked for. */
const RECENT = 50;
