import { createHash } from 'node:crypto';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { Fault } from './fault';
import type { GuestMemory } from './guest';

export interface Drive {
  readonly id: string;
  readonly path: string;
  readonly root: boolean;
}

/** What a snapshot holds. Logger and metrics are not in it, nor is the data of the metadata service. */
export interface MachineState {
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly drives: readonly Drive[];
  readonly interfaces: readonly { readonly id: string; readonly tap: string; readonly mac?: string }[];
  readonly guest: GuestMemory;
}

interface Files {
  readonly path: string;
  readonly memory: string;
  readonly version: string;
}

/** Writes both files; the memory's has the guest's size and is sparse. */
export function writeSnapshot({ path, memory, version }: Files, { guest, ...state }: MachineState): void {
  writeFileSync(memory, JSON.stringify(guest));
  truncateSync(memory, state.memoryMiB * 1024 * 1024);
  writeFileSync(path, withChecksum(JSON.stringify({ version, ...state })));
}

/**
 * Returns what two files hold; throws the Fault that ends Firecracker where they are missing, broken or of another
 * version.
 */
export function readSnapshot({ path, memory, version }: Files): MachineState {
  const failed = (reason: string) => new Fault(`Load snapshot error: Failed to restore from snapshot: ${reason}`, true);
  const text = readOr(path, (reason) =>
    failed(`Failed to get snapshot state from file: Failed to open snapshot file: ${reason}`),
  );
  const state = JSON.parse(checked(text) ?? 'null') as (MachineState & { version: string }) | null;
  if (!state)
    throw failed(
      'Failed to get snapshot state from file: Failed to load snapshot state from file: CRC64 validation failed',
    );
  if (state.version !== version)
    throw failed(
      `Failed to get snapshot state from file: Failed to load snapshot state from file: Invalid data version: ${state.version}`,
    );
  const content = readOr(memory, (reason) =>
    failed(`Failed to load guest memory: Error creating guest memory from file: ${reason}`),
  );
  if (statSync(memory).size !== state.memoryMiB * 1024 * 1024)
    throw failed('Failed to load guest memory: the file has another size');
  return { ...state, guest: JSON.parse(content.slice(0, content.indexOf('\0'))) as GuestMemory };
}

const withChecksum = (text: string) => `${createHash('sha256').update(text).digest('hex')}\n${text}`;
const checked = (whole: string): string | undefined => {
  const text = whole.slice(whole.indexOf('\n') + 1);
  return withChecksum(text) === whole ? text : undefined;
};

function readOr(path: string, fault: (reason: string) => Fault): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw fault(
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'No such file or directory (os error 2)' : String(error),
    );
  }
}
