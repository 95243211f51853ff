import { setTimeout as sleep } from 'node:timers/promises';
import { guestFailed } from '@polydev/errors';
import { GUEST_SAYS } from '../guest-contract';
import { hasWord, lastLines } from './console-text';
import type { Vm } from './driver';

const POLL_MS = 20;
const SHOWN_LINES = 20;
/** From WAKE to the agent's start a guest only sets clock and address; an emulated one takes 0.3 s for it. */
const START_MS = 30_000;

type Failed = (what: string) => Promise<Error>;

/**
 * Resolves when a guest has printed that it waits. Throws GUEST_FAILED when it has given up, what `failed` makes when its process is
 * gone, and the signal's reason.
 */
export const untilBooted = async (vm: Vm, signal: AbortSignal, failed: Failed): Promise<void> => {
  for (;;) {
    signal.throwIfAborted();
    // Asked first: the last words of one that ended are in its console already.
    const running = vm.running();
    const text = await vm.console();
    if (hasWord(text, GUEST_SAYS.waiting)) return;
    const gaveUp = GAVE_UP.find(([word]) => text.includes(word));
    if (gaveUp) throw guestError(vm, { text, what: gaveUp[1] });
    if (!running) throw await failed(`it ended while it booted; ${consoleOf(text)}`);
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
};

/** Resolves when a guest has printed that its agent starts, or has ended after it was woken: then the console says why. */
export const untilStarted = async (vm: Vm, failed: Failed): Promise<void> => {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const running = vm.running();
    if (hasWord(await vm.console(), GUEST_SAYS.agentStart) || !running) return;
    await sleep(POLL_MS);
  }
  throw await failed(`it did not wake within ${START_MS / 1_000} s; ${consoleOf(await vm.console())}`);
};

const GAVE_UP: readonly (readonly [string, string])[] = [
  [GUEST_SAYS.baseMountFailed, 'its base layer could not be mounted'],
  [GUEST_SAYS.agentMountFailed, 'its agent layer could not be mounted'],
  [GUEST_SAYS.kernelPanic, 'its kernel panicked'],
];

const guestError = (vm: Vm, { text, what }: { text: string; what: string }) =>
  guestFailed({ vm: vm.spec.id, image: vm.spec.image.id, what, console: lastLines(text, SHOWN_LINES) });

const consoleOf = (text: string): string => {
  const last = lastLines(text, 1)[0];
  return last === undefined ? 'its console is empty' : `the last line of its console: ${last}`;
};
