import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kernelUnavailable } from '@polydev/errors';
import { GUEST_FILES, GUEST_INIT } from '../guest/init';
import { GUEST_PROBE } from '../guest/probe';
import { GUEST_WAKE } from '../guest/wake';
import { modulesInLoadOrder } from './modules';
import type { ArchiveEntry } from './newc';

/** Raised by who changes how the initrd is put together from the same inputs, so that the ones in stores are not taken for it. */
const RECIPE = 'initrd 1';

/** What of the initrd is written here; a change of it is another initrd. */
export const GUEST_TEXTS: readonly string[] = [RECIPE, GUEST_INIT, GUEST_WAKE, GUEST_PROBE];

/** Where the init mounts what; `try` is where it looks which layer a disk holds. */
const DIRECTORIES = ['agent', 'base', 'bin', 'dev', GUEST_FILES.modules, 'proc', 'sys', 'try'];

/** What is in the initrd: busybox, the guest's own programs, and the modules of an unpacked kernel package. */
export const initrdEntries = async (busybox: string, unpacked: string): Promise<readonly ArchiveEntry[]> => {
  const modules = await modulesInLoadOrder({ directory: await modulesDirectory(unpacked), busybox });
  const text = (path: string, content: string, mode = 0o644): ArchiveEntry => ({
    path,
    type: 'file',
    mode,
    content: Buffer.from(content),
  });
  const order = modules.map(({ name }) => `${name}.ko\n`).join('');
  return [
    ...DIRECTORIES.map((path): ArchiveEntry => ({ path, type: 'directory' })),
    { path: 'bin/busybox', type: 'file', mode: 0o755, content: await readFile(busybox) },
    // The kernel opens it for the init before anything is mounted.
    { path: 'dev/console', type: 'device', major: 5, minor: 1 },
    text(GUEST_FILES.init, GUEST_INIT, 0o755),
    text(GUEST_FILES.wake, GUEST_WAKE),
    text(GUEST_FILES.probe, GUEST_PROBE),
    text(`${GUEST_FILES.modules}/order`, order),
    ...modules.map(({ name, content }): ArchiveEntry => {
      const path = `${GUEST_FILES.modules}/${name}.ko`;
      return { path, type: 'file', mode: 0o644, content };
    }),
  ];
};

const modulesDirectory = async (unpacked: string): Promise<string> => {
  // Debian 12 keeps them below lib, later releases below usr/lib.
  for (const parent of ['lib/modules', 'usr/lib/modules']) {
    const [version] = await readdir(join(unpacked, parent)).catch(() => []);
    if (version !== undefined) return join(unpacked, parent, version);
  }
  throw kernelUnavailable({ reason: 'its package holds no lib/modules' });
};
