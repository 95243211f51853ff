import { imageStopped, isOpsError } from '@polydev/errors';
import { tellingFullDisk } from '../layers/run-program';
import { imagesLayout } from '../layout';
import { activeId } from '../store';
import type { PipelineParts, StepName } from './parts';

interface Step<T> {
  readonly name: StepName;
  /** What is being done, as an error tells it: `building the layers`. */
  readonly doing: string;
  readonly work: () => Promise<T>;
  /** What came of it, in a phrase. */
  readonly detail?: (result: T) => string | undefined;
}

/** What a step gave, and the milliseconds that it took. */
export interface Timed<T> {
  readonly result: T;
  readonly durationMs: number;
}

/**
 * Does a step and reports its begin and end. A full disk and a request to stop are told with what was being done; the change of
 * `active` and what comes after it are not stopped.
 */
export const step = async <T>(parts: PipelineParts, { name, doing, work, detail }: Step<T>): Promise<Timed<T>> => {
  const { root } = parts.settings;
  const begin = parts.now().getTime();
  try {
    if (!isPastReturn(name)) parts.signal.throwIfAborted();
    parts.report({ event: 'step', step: name, state: 'started' });
    const result = await tellingFullDisk({ directory: root, doing }, work);
    const durationMs = parts.now().getTime() - begin;
    const said = detail?.(result);
    parts.report({ event: 'step', step: name, state: 'done', durationMs, ...(said !== undefined && { detail: said }) });
    parts.reached?.(name);
    return { result, durationMs };
  } catch (error) {
    if (!parts.signal.aborted || isOpsError(error, 'IMAGE_DISK_FULL') || isPastReturn(name)) throw error;
    throw imageStopped({ doing, active: await activeId(imagesLayout(root)) });
  }
};

const isPastReturn = (name: StepName): boolean => name === 'activate' || name === 'collect';
