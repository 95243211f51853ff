import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { builderLockLost } from '@polydev/errors';
import type { ImagesLayout } from '../layout';
import { tellingRefusal } from '../root-access';
import { activeId } from '../store';

/** Who builds, for the one that waits. */
export interface LockNote {
  readonly by: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;
  /** `building for 3f2a…`. */
  readonly doing: string;
}

interface LockRequest<T> {
  readonly note: LockNote;
  readonly signal: AbortSignal;
  /** Called once when another builder is at work. */
  readonly onWait: (other: LockNote | undefined) => void;
  readonly work: () => Promise<T>;
}

/**
 * Runs work as the only builder of a store; waits for another one at work. The lock is the kernel's: it is held by a child that
 * ends when our end of its pipe is gone, so that it goes with this process however it ends. Throws BUILDER_LOCK_LOST where it
 * cannot be had, the signal's reason when aborted while waiting.
 */
export const withBuilderLock = async <T>(layout: ImagesLayout, request: LockRequest<T>): Promise<T> => {
  await makeRoom(layout);
  const held = await hold(layout, request);
  try {
    // For people only: the lock is held without it, on a full disk too.
    await writeFile(layout.lock, JSON.stringify(request.note)).catch(() => undefined);
    return await request.work();
  } finally {
    held.stdin.end();
    if (held.exitCode === null && held.signalCode === null) await once(held, 'exit');
  }
};

/** Throws IMAGE_ROOT_UNUSABLE where this account may not write there. */
const makeRoom = ({ root, work }: ImagesLayout): Promise<void> =>
  tellingRefusal(root, async () => {
    await mkdir(work, { recursive: true });
    await access(work, constants.W_OK);
    await access(root, constants.W_OK);
  });

type Holder = ChildProcessByStdio<Writable, Readable, null>;

const hold = async (layout: ImagesLayout, { signal, onWait }: LockRequest<unknown>): Promise<Holder> => {
  const atOnce = await holder(layout, ['--nonblock', '--conflict-exit-code', String(TAKEN)], signal);
  if (atOnce !== 'taken') return atOnce;
  onWait(await noteOf(layout));
  const waited = await holder(layout, [], signal);
  if (waited === 'taken') throw await lost(layout, 'flock said that it is taken, while it was to wait');
  return waited;
};

/** Exit code by which flock(1) tells us that another process has the lock. */
const TAKEN = 75;

/** Resolves once the lock is held: `cat` starts only then, and sends back the byte that was waiting for it. */
const holder = async (
  layout: ImagesLayout,
  options: readonly string[],
  signal: AbortSignal,
): Promise<Holder | 'taken'> => {
  signal.throwIfAborted();
  const child = spawn('flock', ['--exclusive', '--no-fork', ...options, layout.lock, 'cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // Ctrl-C reaches every process of a terminal; this one has to hold until we have put things right.
    detached: true,
  });
  const stop = () => child.kill();
  signal.addEventListener('abort', stop, { once: true });
  try {
    // What cannot be written shows in how it ends.
    child.stdin.on('error', () => undefined);
    child.stdin.write('.');
    const answer = await Promise.race([once(child.stdout, 'data').then(() => 'held' as const), endOf(child)]);
    if (answer === 'held') return child;
    signal.throwIfAborted();
    if (answer === `exit code ${TAKEN}`) return 'taken';
    throw await lost(layout, `flock ended with ${answer}`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

const endOf = (child: Holder): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });

const lost = async (layout: ImagesLayout, reason: string) =>
  builderLockLost({ lock: layout.lock, reason, active: await activeId(layout) });

/** Undefined where the other one is just about to write it. */
const noteOf = async (layout: ImagesLayout): Promise<LockNote | undefined> => {
  try {
    return JSON.parse(await readFile(layout.lock, 'utf8')) as LockNote;
  } catch {
    return undefined;
  }
};
