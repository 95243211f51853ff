import { setTimeout as sleep } from 'node:timers/promises';
import type { DeploymentHead, DeploymentPart, DeploymentRecord, HostRecord } from '@polydev/contract';
import { isOpsError } from '@polydev/errors';
import { mustRun, type Host, type HostShell } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { holderOf, withHosts } from '../connect';
import { readState } from '../deploy/state';
import { recordLayout, targetLayout } from '../layout';
import type { CloseInput } from '../operations';
import { isUnfinished, recoverRun } from '../recover/recover';
import { joinParts, targetOutcome } from './join';
import { readOpenDeployments, readRecords, writePart, type OpenDeployment } from './parts';

/** A killed task's shell on the host notices within its heartbeat; a live closer is done within a second. */
const LOCK_TRIES = 20;
const LOCK_PAUSE_MS = 1_000;

/**
 * Closes a deployment: finishes or undoes what its dead tasks left, joins the parts into the record on every host, and
 * does the same for deployments that an earlier run left open. Closing twice gives the same record.
 */
export const closeDeployment = (input: CloseInput): Promise<DeploymentRecord | undefined> =>
  withHosts(input.environment, input.signal, async (hosts) => {
    for (const host of hosts) await recoverParts(host, input);
    const open = (await Promise.all(hosts.map((host) => readOpenDeployments(host, input.environment.stateDir)))).flat();
    const ids = [...new Set([...open.map(({ id }) => id), ...(input.head ? [input.deployment] : [])])];
    const records: DeploymentRecord[] = [];
    for (const id of ids) {
      const record = joined(
        id,
        open.filter((one) => one.id === id),
        input,
      );
      if (!record || (record.outcome === 'running' && id !== input.deployment)) continue;
      await Promise.all(hosts.map((host) => writeRecord(host, input, record)));
      records.push(record);
    }
    return records.find(({ id }) => id === input.deployment) ?? (await writtenRecord(hosts, input));
  });

const writtenRecord = async (hosts: readonly Host[], { environment, deployment }: CloseInput) => {
  const [host] = hosts;
  const records = host ? await readRecords(host, environment.stateDir, { limit: 50 }) : [];
  return records.find(({ id }) => id === deployment);
};

const joined = (id: string, found: readonly OpenDeployment[], input: CloseInput): DeploymentRecord | undefined => {
  const head: DeploymentHead | undefined =
    found.flatMap(({ parts }) => parts.map((part) => part.head))[0] ??
    (id === input.deployment ? input.head : undefined);
  const earlier = found.find(({ record }) => record)?.record;
  const base = head ?? earlier;
  return (
    base &&
    joinParts(
      headOf(base),
      found.flatMap(({ parts }) => parts),
      new Date().toISOString(),
      earlier,
    )
  );
};

const headOf = ({
  schema,
  id,
  nonce,
  kind,
  environment,
  sha,
  dirty,
  branch,
  by,
  startedAt,
  planned,
}: DeploymentHead): DeploymentHead => ({
  schema,
  id,
  nonce,
  kind,
  environment,
  sha,
  dirty,
  ...(branch === undefined ? {} : { branch }),
  by,
  startedAt,
  planned,
});

/** Brings every part on a host that still says `running` to its end, if its task is dead. */
const recoverParts = async (host: Host, input: CloseInput): Promise<void> => {
  for (const { id, parts } of await readOpenDeployments(host, input.environment.stateDir)) {
    for (const { head, part } of parts) {
      const target = input.environment.targets.find(({ name }) => name === part.target);
      if (target && part.outcome === 'running') {
        await recoverPart(host, input, { target, part: { head, part }, own: id === input.deployment });
      }
    }
  }
};

const recoverPart = async (
  host: Host,
  input: CloseInput,
  { target, part, own }: { readonly target: TargetConfig; readonly part: DeploymentPart; readonly own: boolean },
): Promise<void> => {
  const { stateDir } = input.environment;
  const lock = { target: target.name, lockFile: targetLayout(stateDir, target.name).lock, head: part.head };
  const shell = await openWhenFree(host, lock, own ? LOCK_TRIES : 1);
  // Somebody works on it: not dead, and theirs to close.
  if (!shell) return;
  try {
    const { lastRun } = await readState(host, stateDir, target);
    const isOurs = isUnfinished(lastRun) && lastRun.run === part.head.id;
    const recovery = isOurs ? await recoverRun(shell, lastRun, { report: input.report }) : undefined;
    const state = await readState(host, stateDir, target);
    const moved = recovery ? recovery.outcome === 'moved' : state.path.release === part.head.id;
    const note = isOurs
      ? 'The deployer died; this was mended afterwards.'
      : 'The deployer died before it could record the end.';
    const hosts = part.part.hosts.map((record): HostRecord =>
      record.host === host.name && record.outcome === 'running'
        ? {
            ...record,
            outcome: moved ? 'moved' : 'taken-back',
            ...(state.path.release ? { release: state.path.release } : {}),
            notes: [...record.notes, note],
          }
        : record,
    );
    await writePart([shell], stateDir, part.head, {
      ...part.part,
      hosts,
      outcome: targetOutcome(hosts),
      endedAt: new Date().toISOString(),
    });
  } catch (error) {
    if (!isOpsError(error)) throw error;
    input.report({ kind: 'error', error, host: host.name });
  } finally {
    await shell.release().catch(() => undefined);
  }
};

const writeRecord = async (host: Host, input: CloseInput, record: DeploymentRecord): Promise<void> => {
  const layout = recordLayout(input.environment.stateDir);
  const shell = await openWhenFree(
    host,
    { target: 'deployment records', lockFile: layout.lock, head: record },
    LOCK_TRIES,
  );
  if (!shell) return;
  try {
    await shell.writeFile(layout.record(record.id), `${JSON.stringify(record, null, 2)}\n`);
    if (record.outcome !== 'running') await mustRun(shell, ['rm', '-rf', '--', layout.parts(record.id)]);
  } finally {
    await shell.release().catch(() => undefined);
  }
};

const openWhenFree = async (
  host: Host,
  {
    target,
    lockFile,
    head,
  }: {
    readonly target: string;
    readonly lockFile: string;
    readonly head: Pick<DeploymentHead, 'id' | 'by' | 'startedAt'>;
  },
  tries: number,
): Promise<HostShell | undefined> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await host.openShell({ target, lockFile, holder: holderOf(head) });
    } catch (error) {
      if (!isOpsError(error, 'LOCK_HELD')) throw error;
      if (attempt >= tries) return undefined;
      await sleep(LOCK_PAUSE_MS);
    }
  }
};
