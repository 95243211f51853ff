import { imageStopped, isOpsError } from '@polydev/errors';
import { tellingFullDisk } from '../layers/run-program';
import { imagesLayout } from '../layout';
import { activeId } from '../store';
import { withBuilderLock, type LockNote } from './builder-lock';
import { cleanWork, emptyWork } from './clean-work';
import { collectQuietly } from './make-active';
import type { PipelineParts } from './parts';

/**
 * Does work as the only builder of the store, after what a dead one left was put right. Waits for a living one, and says for
 * whom. `doing` is what others are told meanwhile.
 */
export const asBuilder = async <T>(parts: PipelineParts, doing: string, work: () => Promise<T>): Promise<T> => {
  const layout = imagesLayout(parts.settings.root);
  const since = parts.now();
  let waited = false;
  const onWait = (other: LockNote | undefined) => {
    waited = true;
    parts.report({ event: 'step', step: 'lock', state: 'started', detail: `waiting for ${describe(other)}` });
  };
  const begin = async () => {
    const durationMs = parts.now().getTime() - since.getTime();
    if (waited) parts.report({ event: 'step', step: 'lock', state: 'done', durationMs });
    parts.reached?.('locked');
    await cleanWork(parts);
    return leavingNothing(parts, work);
  };
  const note = { by: parts.by, pid: process.pid, since: since.toISOString(), doing };
  try {
    const locked = () => withBuilderLock(layout, { note, signal: parts.signal, onWait, work: begin });
    return await tellingFullDisk({ directory: layout.root, doing: 'getting ready' }, locked);
  } catch (error) {
    if (!parts.signal.aborted || error !== parts.signal.reason) throw error;
    throw imageStopped({ doing: 'waiting for another builder', active: await activeId(layout) });
  }
};

/** However work ends, nothing of it runs or lies about. Where the disk became full, what may go makes room for the next time. */
const leavingNothing = async <T>(parts: PipelineParts, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (isOpsError(error, 'IMAGE_DISK_FULL')) await collectQuietly(parts);
    throw error;
  } finally {
    await emptyWork(parts);
  }
};

const describe = (other: LockNote | undefined): string =>
  other === undefined ? 'another builder' : `${other.by} (process ${other.pid}), ${other.doing} since ${other.since}`;
