import { mustRun } from '@polydev/host';
import { targetLayout } from '../../layout';
import { program } from '../../programs';
import type { DeployContext } from '../context';

export const secretsSkipped = ({ plan }: DeployContext): string | undefined =>
  plan.secrets ? undefined : 'no encrypted values';

/**
 * Puts the decrypted values where the service reads them when it starts, and keeps those that lie there for the way
 * back. They travel by standard input, into a file that only the account that deploys and root may read.
 */
export const placeSecrets = async ({ plan, shell, secrets }: DeployContext): Promise<string> => {
  const { secrets: directory, secretsFile } = targetLayout(plan.stateDir, plan.target);
  const names = plan.secrets?.names ?? [];
  await mustRun(shell, program('secrets', 'keep', directory, plan.deployment));
  if (names.length === 0) {
    await mustRun(shell, ['rm', '-f', '--', secretsFile]);
    return 'the target has none any more';
  }
  if (secrets === undefined) throw new Error('A run that was taken over never goes forward.');
  await shell.writeFile(secretsFile, secrets.fileOf(names), 0o600);
  return names.join(', ');
};

/** Puts back what lay there, or nothing. */
export const restoreSecrets = async ({ plan, shell }: DeployContext): Promise<void> => {
  const { secrets } = targetLayout(plan.stateDir, plan.target);
  await mustRun(shell, program('secrets', 'restore', secrets, plan.deployment));
};
