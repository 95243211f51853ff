import { setTimeout as sleep } from 'node:timers/promises';

/** Tries until `attempt` does not throw (every 20 ms, for at most 20 s); then throws its last error. */
export async function eventually<Value>(attempt: () => Promise<Value> | Value): Promise<Value> {
  for (const until = performance.now() + 20_000; ; await sleep(20)) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > until) throw error;
    }
  }
}
