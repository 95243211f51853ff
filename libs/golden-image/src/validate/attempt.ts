import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '@polydev/contract';
import { lastLines } from '../drivers/console-text';
import type { Snapshot, Vm } from '../drivers/driver';
import type { ImageCheckRequest } from './check-request';
import { compareGuests, type GuestFacts } from './compare-guests';
import { followToReady, followToWaiting, judgementOf, type Follow, type Woken } from './follow';
import type { Judgement } from './judge';
import type { Stage } from './stage';

const SHOWN_LINES = 20;

/** What one attempt showed. */
export interface Attempt {
  readonly verdict: Verdict;
  readonly detail: string;
  readonly console: readonly string[];
  readonly bootMs: number;
  readonly restoreMs?: number;
  readonly clockSkewMs?: number;
  readonly snapshot?: Snapshot;
}

export interface AttemptPlan {
  readonly request: ImageCheckRequest;
  readonly follow: Omit<Follow, 'signal'>;
  /** Whether clones are compared. */
  readonly clones: boolean;
}

/** One VM's way from its start to a judgement. */
interface Ride extends Woken, GuestFacts {
  readonly ms: number;
  readonly console: readonly string[];
  readonly vm: Vm | undefined;
}

/**
 * Boots an image to a ready agent and, at the same time, a second VM to the point where a snapshot of it is taken, from which two
 * clones are restored at once; then compares what the three agents have seen. Whether the image boots is judged first.
 */
export const attempt = async (stage: Stage, plan: AttemptPlan): Promise<Attempt> => {
  const follow = { ...plan.follow, signal: stage.signal };
  const booted = stage.begin(() =>
    ride({ follow, name: 'the booted VM', start: () => stage.boot('check'), booting: true }),
  );
  const copied = plan.clones ? stage.begin(() => cloneOne(stage, follow)) : undefined;
  const first = await booted;
  if (first.judgement.verdict !== 'ready') return outcome(first);
  const facts = { bootMs: first.ms, ...skewOfAll([first]) };
  if (!copied) return { ...outcome(first), ...facts };
  await first.vm?.stop();
  const second = await copied;
  if ('judgement' in second) return { ...outcome(second), ...facts };
  const { clones, saved } = second;
  const bad = clones.find(({ judgement }) => judgement.verdict !== 'ready');
  if (bad) return { ...outcome(bad, 'restored from a snapshot, '), ...facts };
  const restored = { ...facts, ...skewOfAll([first, ...clones]), restoreMs: Math.max(...clones.map(({ ms }) => ms)) };
  const same = compareGuests(first, clones);
  if (same) return { ...restored, ...same };
  return { ...outcome(first), ...restored, ...(await keep(saved, plan.request.snapshot)) };
};

interface Copies {
  readonly saved: Snapshot;
  readonly clones: readonly Ride[];
}

/** Two clones of a VM that is booted for it, or what there is to say of that VM where no snapshot of it was taken. */
const cloneOne = async (stage: Stage, follow: Follow): Promise<Copies | NoSnapshot> => {
  const saved = await saveOne(stage, { follow, directory: join(stage.directory, 'snapshot') });
  if ('judgement' in saved) return saved;
  const clones = ['a clone', 'the other clone'].map((name) =>
    stage.begin(() => ride({ follow, name, start: () => stage.restore(saved), booting: false })),
  );
  return { saved, clones: await Promise.all(clones) };
};

interface RidePlan {
  readonly follow: Follow;
  readonly name: string;
  readonly start: () => Promise<Vm>;
  /** Whether the guest boots, or is restored and waits already. */
  readonly booting: boolean;
}

const ride = async ({ follow, name, start, booting }: RidePlan): Promise<Ride> => {
  const began = performance.now();
  let vm: Vm | undefined;
  let woken: Woken;
  try {
    vm = await start();
    const judgement = booting ? await followToWaiting(vm, follow) : undefined;
    woken = judgement ? { judgement, at: performance.now() } : await followToReady(vm, follow);
  } catch (error) {
    follow.signal.throwIfAborted();
    woken = { judgement: await judgementOf(error, vm, follow.expected), at: performance.now() };
  }
  const console = lastLines((await vm?.console()) ?? '', SHOWN_LINES);
  return { ...woken, name, ms: Math.round(woken.at - began), console, vm };
};

type NoSnapshot = Pick<Ride, 'judgement' | 'console' | 'ms'>;

/** The snapshot, or what there is to say of the VM of which none was taken. */
const saveOne = async (
  stage: Stage,
  { follow, directory }: { readonly follow: Follow; readonly directory: string },
): Promise<Snapshot | NoSnapshot> => {
  const began = performance.now();
  let vm: Vm | undefined;
  let judgement: Judgement | undefined;
  try {
    vm = await stage.boot('source');
    judgement = await followToWaiting(vm, follow);
    if (!judgement) {
      await vm.pause();
      return await vm.snapshot(directory);
    }
  } catch (error) {
    follow.signal.throwIfAborted();
    judgement = await judgementOf(error, vm, follow.expected);
  }
  const console = lastLines((await vm?.console()) ?? '', SHOWN_LINES);
  return { judgement, console, ms: Math.round(performance.now() - began) };
};

const outcome = ({ judgement, console, ms }: NoSnapshot, where = ''): Attempt => ({
  verdict: judgement.verdict,
  detail: `${where}${judgement.detail}`,
  console,
  bootMs: ms,
});

const skewOfAll = (guests: readonly Pick<Ride, 'clock'>[]): { readonly clockSkewMs?: number } => {
  const known = guests.flatMap(({ clock }) => (clock ? [clock.skewMs] : []));
  return known.length > 0 ? { clockSkewMs: Math.max(...known) } : {};
};

const keep = async (snapshot: Snapshot, to: string | undefined): Promise<{ readonly snapshot?: Snapshot }> => {
  if (to === undefined) return {};
  await rename(snapshot.directory, to);
  return { snapshot: { ...snapshot, directory: to } };
};
