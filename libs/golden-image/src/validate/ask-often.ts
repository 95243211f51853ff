import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthReply } from '../drivers/ask-health';
import type { Vm } from '../drivers/driver';

const INTERVAL_MS = 50;
/** One that has answered otherwise is at work: it is not kept from it, nor is its clock, which stands still while it waits to answer. */
const ANSWERED_MS = 250;
/** A busy machine may take longer for an answer than the interval, and a question into a guest that does not listen yet gets none. */
const AT_ONCE = 8;

export interface Answers {
  readonly last: () => { readonly reply: HealthReply; /** `performance.now()` */ readonly at: number } | undefined;
}

/** Asks for a VM's health again and again, without waiting for one answer before the next question, while `use` runs. */
export const whileAsking = async <T>(vm: Vm, use: (answers: Answers) => Promise<T>): Promise<T> => {
  const over = new AbortController();
  let last: ReturnType<Answers['last']>;
  let open = 0;
  const ask = async () => {
    open += 1;
    const reply = await vm.health();
    if (reply) last = { reply, at: performance.now() };
    open -= 1;
  };
  const asking = (async () => {
    while (!over.signal.aborted) {
      if (open < AT_ONCE) void ask();
      await sleep(last ? ANSWERED_MS : INTERVAL_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  try {
    return await use({ last: () => last });
  } finally {
    over.abort();
    await asking;
  }
};
