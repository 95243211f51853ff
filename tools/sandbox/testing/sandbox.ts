import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, stopSandbox, type RunningSandbox } from '../src';

/** A new empty folder for a sandbox. */
export const newFolder = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'polydev-sandbox-')));

/** Starts a sandbox of its own on free ports. */
export const startTestSandbox = async (directory = newFolder()): Promise<RunningSandbox> =>
  (await startSandbox({ directory, freePorts: true })).sandbox;

/** Stops a test's sandbox and removes its folder. */
export async function removeSandbox(directory: string): Promise<void> {
  await stopSandbox(directory);
  rmSync(directory, { recursive: true, force: true });
}

/** Tries until `attempt` does not throw (every 20 ms, for at most 20 s); then throws its last error. */
export async function eventually<Value>(attempt: () => Promise<Value> | Value): Promise<Value> {
  for (const until = performance.now() + 20_000; ;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** The process number in a file that a command writes; throws until it is there. */
export function pidIn(file: string): number {
  const pid = /^\d+$/m.exec(readFileSync(file, 'utf8'))?.[0];
  if (pid === undefined) throw new Error(`${file} holds no process number yet`);
  return Number(pid);
}
