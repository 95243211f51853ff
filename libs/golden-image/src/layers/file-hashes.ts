import { stat } from 'node:fs/promises';
import { sha256Of } from './files';
import type { FileFacts } from './layer-index';

/** A file changed so shortly before it was looked at may be changed again without its time telling. */
const SETTLED_MS = 2_000;

/**
 * Hashes of files that are asked for again and again: a file is read only if its size, time or place on the disk is not what it was
 * when it was hashed last.
 */
export class FileHashes {
  private readonly known: Map<string, FileFacts>;
  /** Read by this run: not read again, even to be sure. */
  private readonly fresh = new Set<string>();

  constructor(facts: Readonly<Record<string, FileFacts>>) {
    this.known = new Map(Object.entries(facts));
  }

  /** SHA-256 of a file; read anew where `thorough`, unless this run has read it already. */
  async of(path: string, thorough = false): Promise<string> {
    const times = await timesOf(path);
    const known = this.known.get(path);
    if (known && isSame(known, times) && (!thorough || this.fresh.has(path))) return known.sha256;
    const sha256 = await sha256Of(path);
    if (Date.now() - Number(BigInt(times.changed) / 1_000_000n) > SETTLED_MS) this.keep(path, { ...times, sha256 });
    return sha256;
  }

  /** Takes down the hash of a file that only we write, and have just written. */
  async know(path: string, sha256: string): Promise<number> {
    const times = await timesOf(path);
    this.keep(path, { ...times, sha256 });
    return times.size;
  }

  forget(path: string): void {
    this.known.delete(path);
  }

  facts(): Readonly<Record<string, FileFacts>> {
    return Object.fromEntries(this.known);
  }

  private keep(path: string, facts: FileFacts): void {
    this.known.set(path, facts);
    this.fresh.add(path);
  }
}

const isSame = (one: Omit<FileFacts, 'sha256'>, other: Omit<FileFacts, 'sha256'>): boolean =>
  one.size === other.size && one.changed === other.changed && one.inode === other.inode;

const timesOf = async (path: string): Promise<Omit<FileFacts, 'sha256'>> => {
  const { size, mtimeNs, ino } = await stat(path, { bigint: true });
  return { size: Number(size), changed: String(mtimeNs), inode: String(ino) };
};
