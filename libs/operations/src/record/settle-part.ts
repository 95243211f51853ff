import type { DeploymentPart, HostRecord } from '@polydev/contract';
import type { HostShell } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { readState } from '../deploy/state';
import { targetOutcome } from './join';
import { readOpenDeployments, writePart } from './parts';

interface DeadPart {
  readonly target: TargetConfig;
  readonly part: DeploymentPart;
  /** Whether something had to be finished or undone. */
  readonly mended: boolean;
}

/** Writes how a dead task's part ended on this host, from what is live there. Under the target's lock. */
export const settlePart = async (
  shell: HostShell,
  stateDir: string,
  { target, part, mended }: DeadPart,
): Promise<void> => {
  const { host } = shell;
  const live = (await readState(host, stateDir, target)).path.release;
  const note = mended
    ? 'The deployer died; this was mended afterwards.'
    : 'The deployer died before it could record the end.';
  const ended = (record: HostRecord): HostRecord => ({
    ...record,
    outcome: live === part.head.id ? 'moved' : 'taken-back',
    ...(live ? { release: live } : {}),
    notes: [...record.notes, note],
  });
  const hosts = part.part.hosts.map((record) =>
    record.host === host.name && record.outcome === 'running' ? ended(record) : record,
  );
  const endedAt = new Date().toISOString();
  const settled = { ...part.part, hosts, outcome: targetOutcome(hosts), endedAt };
  await writePart([shell], stateDir, { head: part.head, part: settled });
};

/** The same for a deployment that was just mended on this host; nothing to do where it left no part. */
export const settleMended = async (
  shell: HostShell,
  stateDir: string,
  { target, deployment }: { readonly target: TargetConfig; readonly deployment: string },
): Promise<void> => {
  const open = await readOpenDeployments(shell.host, stateDir);
  const parts = open.find(({ id }) => id === deployment)?.parts ?? [];
  const part = parts.find((one) => one.part.target === target.name);
  if (part) await settlePart(shell, stateDir, { target, part, mended: true });
};
