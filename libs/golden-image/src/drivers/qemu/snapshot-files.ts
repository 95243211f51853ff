import { createHash } from 'node:crypto';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { snapshotUnusable } from '@polydev/errors';
import { z } from 'zod';
import type { Snapshot } from '../driver';
import { QEMU_FILES } from './command-line';

/** Names in a snapshot's directory. */
export const SNAPSHOT_FILES = { memory: 'memory', state: 'state', facts: 'snapshot.json' } as const;

const factsSchema = z.object({
  version: z.literal(1),
  fingerprint: z.string(),
  machine: z.enum(['microvm', 'q35']),
  stateSha256: z.string(),
  /** Bytes. */
  memorySize: z.number(),
});
export type SnapshotFacts = z.infer<typeof factsSchema>;

/** Puts a snapshot's files in place, the facts last: a directory without them is none. The memory must lie on the same file system. */
export const writeSnapshot = async (
  directory: string,
  parts: {
    readonly vm: string;
    readonly state: Buffer;
    readonly facts: Pick<SnapshotFacts, 'fingerprint' | 'machine'>;
  },
): Promise<Snapshot> => {
  const memory = join(directory, SNAPSHOT_FILES.memory);
  await rename(join(parts.vm, QEMU_FILES.memory), memory);
  await writeDurably(join(directory, SNAPSHOT_FILES.state), parts.state);
  const { size: memorySize } = await stat(memory);
  const facts: SnapshotFacts = { version: 1, ...parts.facts, stateSha256: sha256(parts.state), memorySize };
  await writeDurably(join(directory, SNAPSHOT_FILES.facts), `${JSON.stringify(facts, undefined, 2)}\n`);
  return { directory, fingerprint: facts.fingerprint };
};

/** Returns a snapshot's facts and device state. Throws SNAPSHOT_UNUSABLE where a file is missing or is not the one that was written. */
export const readSnapshot = async (directory: string): Promise<{ facts: SnapshotFacts; state: Buffer }> => {
  const unusable = (reason: string) => snapshotUnusable({ directory, reason });
  const facts = await readFacts(directory);
  if (!facts) throw unusable(`its ${SNAPSHOT_FILES.facts} is missing or cannot be read`);
  const state = await readFile(join(directory, SNAPSHOT_FILES.state)).catch(() => undefined);
  if (!state || sha256(state) !== facts.stateSha256) throw unusable('the state of its devices is missing or damaged');
  const memory = await stat(join(directory, SNAPSHOT_FILES.memory)).catch(() => undefined);
  if (memory?.size !== facts.memorySize) throw unusable('its memory is missing or cut off');
  return { facts, state };
};

const readFacts = async (directory: string): Promise<SnapshotFacts | undefined> => {
  try {
    return factsSchema.parse(JSON.parse(await readFile(join(directory, SNAPSHOT_FILES.facts), 'utf8')));
  } catch {
    return undefined;
  }
};

const writeDurably = async (file: string, content: string | Buffer): Promise<void> => {
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
