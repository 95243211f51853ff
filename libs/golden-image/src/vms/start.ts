import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { VmView } from '@polydev/contract';
import { isOpsError, vmStartFailed, type OpsError } from '@polydev/errors';
import type { ImagesLayout } from '../layout';
import { startOne, type StartRequest } from './start-one';

export interface StartOutcome {
  /** Those that are ready. */
  readonly started: readonly VmView[];
  /** Those that are not; nothing of them is left. `cause` is what was thrown. */
  readonly failed: readonly { readonly id: string; readonly reason: string; readonly cause: unknown }[];
}

/**
 * Starts VMs of an image and waits until each is ready: from its snapshot where there is one that fits, else by a boot.
 * They live on when this process ends. One that fails takes no other with it. Not more start at a time than there are
 * processors.
 */
export async function startVms({
  count,
  ...request
}: StartRequest & { readonly count: number }): Promise<StartOutcome> {
  await mkdir(request.layout.vms, { recursive: true });
  await removeDrafts(request.layout);
  const ids = Array.from({ length: count }, () => `vm-${randomBytes(4).toString('hex')}`);
  const started: VmView[] = [];
  const failed: StartOutcome['failed'][number][] = [];
  const worker = async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
      try {
        started.push(await startOne(request, id));
      } catch (cause) {
        failed.push({ id, reason: cause instanceof Error ? cause.message : String(cause), cause });
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return { started, failed };
}

/** The outcome as an error, where not every VM was started; one that every VM met comes as it is. */
export function startFailure({ started, failed }: StartOutcome): OpsError | undefined {
  const [first] = failed;
  if (!first) return undefined;
  const same = started.length === 0 && failed.every(({ reason }) => reason === first.reason);
  return same && isOpsError(first.cause)
    ? first.cause
    : vmStartFailed({ failed, running: started.map((view) => view.id) });
}

/** Directories of starters that died before they had a lease in place. */
async function removeDrafts(layout: ImagesLayout): Promise<void> {
  for (const name of await readdir(layout.vms)) {
    const pid = /^\.new-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || (await stat(`/proc/${pid}`).catch(() => undefined))) continue;
    await rm(join(layout.vms, name), { recursive: true, force: true });
  }
}
