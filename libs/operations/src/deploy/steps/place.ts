import { packEntries, type FileEntry } from '@polydev/artifact';
import { RELEASE_FILE, type ReleaseInfo } from '@polydev/contract';
import { mustRun, sendFiles } from '@polydev/host';
import { targetLayout } from '../../layout';
import { program } from '../../programs';
import { sentFiles, type DeployContext, type Transfer } from '../context';
import type { DeployPlan } from '../plan';

/** Sends what the host lacks, copies there what it has, proves the whole by hash and gives it its name. */
export const placeRelease = async (context: DeployContext): Promise<string> => {
  const { plan, shell, signal } = context;
  const transfer = transferOf(context);
  const layout = targetLayout(plan.stateDir, plan.target);
  const { artifact, send, copyFrom } = transfer;
  const list = layout.list(plan.release);
  await shell.writeFile(list, artifact.list);
  if (transfer.signature !== undefined) await shell.writeFile(layout.signature(plan.release), transfer.signature);
  const files = sentFiles(transfer);
  const byRsync = plan.sync === 'rsync' && files.length > 0;
  if (byRsync) await sendByRsync(context, files);
  const packed = [...artifact.entries.filter((entry) => entry.type !== 'file'), ...(byRsync ? [] : files)];
  const info = JSON.stringify(releaseInfoOf(plan), null, 2);
  await mustRun(
    shell,
    program('place', layout.release(plan.release), list, copyFrom ?? '', byRsync ? 'rsync' : '', ...send.map(String)),
    { stdin: packEntries(artifact, packed, [{ path: RELEASE_FILE, content: `${info}\n` }]), signal },
  );
  return `${describeFiles(files.length)} sent${byRsync ? ' by rsync' : ''}, ${describeFiles(countFiles(artifact.entries) - files.length)} kept`;
};

/**
 * Brings files into the release's unfinished directory: of those that the live tree has in another version, only the
 * differences. A tree that was changed by hand is no basis for them.
 */
const sendByRsync = async (context: DeployContext, files: readonly FileEntry[]): Promise<void> => {
  const { plan, shell, signal } = context;
  const transfer = transferOf(context);
  const into = `${targetLayout(plan.stateDir, plan.target).release(plan.release)}.partial`;
  await mustRun(shell, ['rm', '-rf', '--', into]);
  await mustRun(shell, ['mkdir', '-p', '--', into]);
  const { bytes } = await sendFiles(shell, {
    directory: transfer.artifact.directory,
    paths: files.map(({ path }) => path),
    into,
    basis: transfer.drifted ? undefined : transfer.copyFrom,
    signal,
  });
  transfer.sentBytes = bytes;
};

export const removeRelease = async ({ plan, shell }: DeployContext): Promise<void> => {
  const layout = targetLayout(plan.stateDir, plan.target);
  const release = layout.release(plan.release);
  const beside = [layout.list(plan.release), layout.signature(plan.release)];
  await mustRun(shell, ['rm', '-rf', '--', release, `${release}.partial`, ...beside]);
};

const transferOf = ({ transfer }: DeployContext): Transfer => {
  if (!transfer) throw new Error('A run that was taken over never goes forward.');
  return transfer;
};

const releaseInfoOf = (plan: DeployPlan): ReleaseInfo & { settings: string } => ({
  target: plan.target,
  environment: plan.environment,
  release: plan.release,
  sha: plan.sha,
  digest: plan.digest,
  settings: plan.settings,
  ...(plan.migrations ? { migrations: plan.migrations } : {}),
});

const countFiles = (entries: readonly { readonly type: string }[]): number =>
  entries.filter(({ type }) => type === 'file').length;
const describeFiles = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`;
