import type { DeploymentPart } from '@polydev/contract';
import { isOpsError } from '@polydev/errors';
import type { Host, HostShell } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';
import { readState } from '../deploy/state';
import { targetLayout } from '../layout';
import type { CloseInput } from '../operations';
import { isUnfinished, recoverRun } from '../recover/recover';
import { openWhenFree, PATIENT } from './lock';
import { readOpenDeployments } from './parts';
import { settlePart } from './settle-part';

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
    if (isOurs) await recoverRun(shell, lastRun, { environment, report });
    await settlePart(shell, environment.stateDir, { target, part, mended: isOurs });
  } catch (error) {
    if (!isOpsError(error)) throw error;
    report({ kind: 'error', error, host: host.name });
  } finally {
    await shell.release().catch(() => undefined);
  }
};
