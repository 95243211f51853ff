import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { firecrackerKernelMissing } from '@polydev/errors';

const ELF_MAGIC = Buffer.from('\x7fELF', 'latin1');
/** Where the boot protocol of x86 keeps its signature (Linux: Documentation/arch/x86/boot.rst, "HdrS" at 0x202). */
const BZIMAGE = { offset: 0x202, magic: Buffer.from('HdrS', 'latin1') } as const;

/**
 * Returns the first of two kernels that Firecracker can boot: the image's own, then the one of the settings. Throws
 * FIRECRACKER_KERNEL_MISSING.
 */
export async function bootableKernel(ofImage: string | undefined, ofSettings: string | undefined): Promise<string> {
  for (const path of [ofImage, ofSettings]) if (path !== undefined && (await formatOf(path)) === 'elf') return path;
  // The one that was given for this purpose is the one to name.
  const kernel = ofSettings ?? ofImage;
  if (kernel === undefined) throw firecrackerKernelMissing({ kernel: 'the kernel', found: 'not set' });
  throw firecrackerKernelMissing({ kernel, found: TELLS[await formatOf(kernel)] });
}

/**
 * Returns the kernel to try Firecracker with: that of the settings, or one in a directory of layers. Throws
 * FIRECRACKER_KERNEL_MISSING.
 */
export async function probeKernel(ofSettings: string | undefined, layers: string | undefined): Promise<string> {
  const names = layers === undefined ? [] : await readdir(layers).catch(() => []);
  for (const name of names) {
    const path = join(layers ?? '', name);
    if (ofSettings === undefined && name.startsWith('kernel-') && (await formatOf(path)) === 'elf') return path;
  }
  return bootableKernel(undefined, ofSettings);
}

type Format = 'elf' | 'bzimage' | 'other' | 'missing';
const TELLS: Readonly<Record<Format, string>> = {
  elf: 'an ELF file',
  bzimage: 'a compressed bzImage (vmlinuz), as Debian packages it',
  other: 'neither of the two',
  missing: 'not there',
};

async function formatOf(path: string): Promise<Format> {
  const file = await open(path).catch(() => undefined);
  if (!file) return 'missing';
  try {
    const head = Buffer.alloc(1024);
    await file.read(head, 0, head.length, 0);
    if (head.subarray(0, 4).equals(ELF_MAGIC)) return 'elf';
    return head.subarray(BZIMAGE.offset, BZIMAGE.offset + 4).equals(BZIMAGE.magic) ? 'bzimage' : 'other';
  } finally {
    await file.close();
  }
}
