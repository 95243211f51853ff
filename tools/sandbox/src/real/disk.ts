import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, mustRun } from './command';

/** How much room a host's /opt has. */
export interface DiskLimit {
  /** /opt is a disk of its own of this size; without it, /opt is as large as this machine's disk. At least 4. */
  readonly diskMegabytes?: number;
  /** With diskMegabytes: about how many files it can hold. */
  readonly diskInodes?: number;
}

/**
 * What a host's /opt is. `shared`: a folder of its root. `loop`: an ext4 file system in a file, kept over a power cut.
 * `tmpfs`: where this machine has no loop devices; a power cut empties it.
 */
export type Disk = 'shared' | 'loop' | 'tmpfs';

/** Makes the folders and the disk of a new host; returns what /opt is, and how `boot.sh` is told. */
export async function makeDisk(host: string, limit: DiskLimit): Promise<{ kind: Disk; bootArgument: string }> {
  for (const name of ['upper', 'work', 'root']) mkdirSync(join(host, name), { recursive: true });
  writeFileSync(join(host, 'console.log'), '');
  const { diskMegabytes, diskInodes } = limit;
  if (diskMegabytes === undefined) return { kind: 'shared', bootArgument: 'none' };
  if (await makeImage(join(host, 'opt.img'), { diskMegabytes, diskInodes }))
    return { kind: 'loop', bootArgument: 'loop' };
  const inodes = diskInodes === undefined ? '' : `,nr_inodes=${diskInodes}`;
  return { kind: 'tmpfs', bootArgument: `tmpfs,size=${diskMegabytes}m${inodes}` };
}

/** Makes an ext4 file system in a file. False where this machine has no loop device to mount it with. */
async function makeImage(
  file: string,
  size: { diskMegabytes: number; diskInodes: number | undefined },
): Promise<boolean> {
  if ((await command(['losetup', '--find'])).exitCode !== 0) return false;
  const image = openSync(file, 'w');
  ftruncateSync(image, size.diskMegabytes * 1024 * 1024);
  closeSync(image);
  // -m 0: root, who deploys, would otherwise have a reserve that others lack.
  const inodes = size.diskInodes === undefined ? [] : ['-N', String(size.diskInodes)];
  await mustRun(['mkfs.ext4', '-q', '-F', '-m', '0', ...inodes, file]);
  return true;
}
