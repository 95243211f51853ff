import { packEntries } from '@polydev/artifact';
import { RELEASE_FILE, type ReleaseInfo } from '@polydev/contract';
import { mustRun } from '@polydev/host';
import { targetLayout } from '../../layout';
import { program } from '../../programs';
import { sentFiles, type DeployContext } from '../context';
import type { DeployPlan } from '../plan';

/** Sends what the host lacks, copies there what it has, proves the whole by hash and gives it its name. */
export const placeRelease = async ({ plan, shell, signal, transfer }: DeployContext): Promise<string> => {
  if (!transfer) throw new Error('A run that was taken over never goes forward.');
  const layout = targetLayout(plan.stateDir, plan.target);
  const { artifact, send, copyFrom } = transfer;
  const list = layout.list(plan.release);
  await shell.writeFile(list, artifact.list);
  const files = sentFiles(transfer);
  const frame = artifact.entries.filter((entry) => entry.type !== 'file');
  const info = JSON.stringify(releaseInfoOf(plan), null, 2);
  await mustRun(shell, program('place', layout.release(plan.release), list, copyFrom ?? '', ...send.map(String)), {
    stdin: packEntries(artifact, [...frame, ...files], [{ path: RELEASE_FILE, content: `${info}\n` }]),
    signal,
  });
  return `${describeFiles(files.length)} sent, ${describeFiles(countFiles(artifact.entries) - files.length)} kept`;
};

export const removeRelease = async ({ plan, shell }: DeployContext): Promise<void> => {
  const layout = targetLayout(plan.stateDir, plan.target);
  const release = layout.release(plan.release);
  await mustRun(shell, ['rm', '-rf', '--', release, `${release}.partial`, layout.list(plan.release)]);
};

const releaseInfoOf = (plan: DeployPlan): ReleaseInfo & { settings: string } => ({
  target: plan.target,
  environment: plan.environment,
  release: plan.release,
  sha: plan.sha,
  digest: plan.digest,
  settings: plan.settings,
});

const countFiles = (entries: readonly { readonly type: string }[]): number =>
  entries.filter(({ type }) => type === 'file').length;
const describeFiles = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`;
