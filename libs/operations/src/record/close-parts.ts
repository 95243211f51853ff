import type { DeploymentPart, HostRecord } from '@polydev/contract';
import { isOpsError } from '@polydev/errors';
import type { Host, HostShell } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { readState } from '../deploy/state';
import { targetLayout } from '../layout';
import type { CloseInput } from '../operations';
import { isUnfinished, recoverRun } from '../recover/recover';
import { targetOutcome } from './join';
import { openWhenFree, PATIENT } from './lock';
import { readOpenDeployments, writePart } from './parts';

/** Brings every part on a host that still says `running` to its end, if its task is dead. */
export const closeParts = async (host: Host, input: CloseInput): Promise<void> => {
  const { stateDir, targets } = input.environment;
  for (const { id, parts } of await readOpenDeployments(host, stateDir)) {
    for (const part of parts.filter((one) => one.part.outcome === 'running')) {
      const target = targets.find(({ name }) => name === part.part.target);
      if (!target) continue;
      const lock = { target: target.name, lockFile: targetLayout(stateDir, target.name).lock, head: part.head };
      const shell = await openWhenFree(host, { ...lock, tries: id === input.deployment ? PATIENT : 1 });
      // Where somebody works on it, it is not dead, and theirs to close.
      if (shell) await closePart(shell, input, { target, part });
    }
  }
};

const closePart = async (
  shell: HostShell,
  { environment, report }: CloseInput,
  { target, part }: { readonly target: TargetConfig; readonly part: DeploymentPart },
): Promise<void> => {
  const { host } = shell;
  try {
    const { lastRun } = await readState(host, environment.stateDir, target);
    const isOurs = isUnfinished(lastRun) && lastRun.run === part.head.id;
    if (isOurs) await recoverRun(shell, lastRun, report);
    const live = (await readState(host, environment.stateDir, target)).path.release;
    const note = isOurs
      ? 'The deployer died; this was mended afterwards.'
      : 'The deployer died before it could record the end.';
    const hosts = part.part.hosts.map((record) =>
      record.host === host.name && record.outcome === 'running' ? ended(record, part.head.id, { live, note }) : record,
    );
    const endedAt = new Date().toISOString();
    const closed = { ...part.part, hosts, outcome: targetOutcome(hosts), endedAt };
    await writePart([shell], environment.stateDir, { head: part.head, part: closed });
  } catch (error) {
    if (!isOpsError(error)) throw error;
    report({ kind: 'error', error, host: host.name });
  } finally {
    await shell.release().catch(() => undefined);
  }
};

const ended = (
  record: HostRecord,
  deployment: string,
  { live, note }: { readonly live: string | undefined; readonly note: string },
): HostRecord => ({
  ...record,
  outcome: live === deployment ? 'moved' : 'taken-back',
  ...(live ? { release: live } : {}),
  notes: [...record.notes, note],
});
