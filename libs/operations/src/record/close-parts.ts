import type { DeploymentPart } from '@polydev/contract';
import { isOpsError } from '@polydev/errors';
import type { Host, HostShell } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { readState } from '../deploy/state';
import { auditSettled } from '../audit/audit-recovery';
import { targetLayout } from '../layout';
import type { CloseInput } from '../operations';
import { isUnfinished, recoverRun } from '../recover/recover';
import { openWhenFree, PATIENT } from './lock';
import { readOpenDeployments, type OpenDeployment } from './parts';
import { settlePart } from './settle-part';

/**
 * Brings every part of a host that still says `running` to its end, if its task is dead. `known` is what lies open on any
 * host: a task may have died after it had written its part to others, and before it came to this one.
 */
export const closeParts = async (host: Host, known: readonly OpenDeployment[], input: CloseInput): Promise<void> => {
  const { stateDir, targets } = input.environment;
  const own = await readOpenDeployments(host, stateDir);
  for (const { id, parts } of [...own, ...lacking(host, own, known)]) {
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

/** Parts that a host has none of, though they say that it was to move. */
const lacking = (
  { name }: Host,
  own: readonly OpenDeployment[],
  known: readonly OpenDeployment[],
): readonly OpenDeployment[] =>
  known
    .filter(({ id }) => !own.some((one) => one.id === id))
    .map((one) => ({
      ...one,
      parts: one.parts.filter(({ part }) =>
        part.hosts.some(({ host, outcome }) => host === name && outcome === 'running'),
      ),
    }));

const closePart = async (
  shell: HostShell,
  { environment, report, auditor }: CloseInput,
  { target, part }: { readonly target: TargetConfig; readonly part: DeploymentPart },
): Promise<void> => {
  const { host } = shell;
  try {
    const { lastRun, path } = await readState(host, environment.stateDir, target);
    const auditing = { environment, auditor, by: part.head.by };
    const isOurs = isUnfinished(lastRun) && lastRun.run === part.head.id;
    if (isOurs) await recoverRun(shell, lastRun, { ...auditing, report });
    // Before the part, so that it has not ended until the log says how.
    else await auditSettled(shell, { target: target.name, deployment: part.head.id, live: path.release }, auditing);
    await settlePart(shell, environment.stateDir, { target, part, mended: isOurs });
  } catch (error) {
    if (!isOpsError(error)) throw error;
    report({ kind: 'error', error, host: host.name });
  } finally {
    await shell.release().catch(() => undefined);
  }
};
