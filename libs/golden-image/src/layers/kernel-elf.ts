import { gunzipSync } from 'node:zlib';
import { isOpsError, kernelUnavailable } from '@polydev/errors';

/** Offsets in the header of a bzImage (Linux: Documentation/arch/x86/boot.rst). */
const HEADER = { setupSectors: 0x1f1, magic: 0x202, payloadOffset: 0x248, payloadLength: 0x24c } as const;
const SECTOR = 512;

/**
 * The uncompressed kernel inside a bzImage, as an ELF file, which is what Firecracker starts. What comes out is only as good for
 * Firecracker as the kernel was configured for it: Debian's has virtio as modules and takes no devices from its command line
 * (VIRTIO_MMIO_CMDLINE_DEVICES is off), so that it finds its disks only under a Firecracker that describes them by ACPI, with
 * an initrd that loads the modules, as ours does. For any other, name a kernel built for Firecracker.
 *
 * Throws KERNEL_UNAVAILABLE where it is compressed with neither LZ4 (Debian) nor gzip.
 */
export const kernelElfOf = (bzImage: Buffer): Buffer => {
  if (isElf(bzImage)) return bzImage;
  if (bzImage.toString('latin1', HEADER.magic, HEADER.magic + 4) !== 'HdrS')
    throw kernelUnavailable({ reason: 'its file is neither a bzImage nor an ELF file' });
  const protectedMode = (bzImage.readUInt8(HEADER.setupSectors) + 1) * SECTOR;
  const start = protectedMode + bzImage.readUInt32LE(HEADER.payloadOffset);
  const payload = bzImage.subarray(start, start + bzImage.readUInt32LE(HEADER.payloadLength));
  const kernel = uncompressed(payload);
  if (kernel === undefined || !isElf(kernel))
    throw kernelUnavailable({ reason: 'it is compressed in a way that is not known here (LZ4 and gzip are)' });
  return kernel;
};

/**
 * The kernel for QEMU: uncompressed where the one in a bzImage can be had and can be entered without its unpacker (PVH), which saves
 * an emulated guest a fifth of its boot; else the bzImage as it is.
 */
export const kernelForQemu = (bzImage: Buffer): Buffer => {
  try {
    const elf = kernelElfOf(bzImage);
    return elf.includes(PVH_NOTE) ? elf : bzImage;
  } catch (error) {
    if (!isOpsError(error, 'KERNEL_UNAVAILABLE')) throw error;
    return bzImage;
  }
};

/** Type and owner of the note with the entry that QEMU looks for (Xen: XEN_ELFNOTE_PHYS32_ENTRY, public/elfnote.h). */
const PVH_NOTE = Buffer.from('\x12\0\0\0Xen\0', 'latin1');

const isElf = (file: Buffer): boolean => file.toString('latin1', 0, 4) === '\x7fELF';

const GZIP = 0x8b1f;
const LZ4_LEGACY = 0x184c2102;

/** The payload ends with four bytes that say how long it is uncompressed; gzip has them in its own format. */
const uncompressed = (payload: Buffer): Buffer | undefined => {
  if (payload.readUInt16LE(0) === GZIP) return gunzipped(payload);
  if (payload.readUInt32LE(0) !== LZ4_LEGACY) return undefined;
  return fromLz4(payload.subarray(4, -4), payload.readUInt32LE(payload.length - 4));
};

const gunzipped = (payload: Buffer): Buffer | undefined => {
  try {
    return gunzipSync(payload);
  } catch {
    return undefined;
  }
};

/** LZ4's legacy frame: blocks, each after its length in four bytes (lz4: doc/lz4_Frame_format.md). */
const fromLz4 = (frame: Buffer, size: number): Buffer => {
  const output = Buffer.alloc(size);
  let written = 0;
  for (let position = 0; position + 4 <= frame.length;) {
    const length = frame.readUInt32LE(position);
    written = decodeBlock(frame.subarray(position + 4, position + 4 + length), output, written);
    position += 4 + length;
  }
  return output.subarray(0, written);
};

/** One block: literals, then a copy of what was written before, again and again (lz4: doc/lz4_Block_format.md). Returns the new end. */
const decodeBlock = (block: Buffer, output: Buffer, start: number): number => {
  let from = 0;
  let to = start;
  const next = (): number => block[from++] ?? 0;
  const lengthFrom = (nibble: number): number => {
    let length = nibble;
    if (nibble === 15) {
      let more: number;
      do length += more = next();
      while (more === 255);
    }
    return length;
  };
  while (from < block.length) {
    const token = next();
    const literals = lengthFrom(token >> 4);
    block.copy(output, to, from, from + literals);
    from += literals;
    to += literals;
    // The last sequence of a block is literals alone.
    if (from >= block.length) break;
    const distance = next() | (next() << 8);
    const copied = lengthFrom(token & 15) + 4;
    // Byte by byte: what is copied may overlap what it is copied to.
    for (const end = to + copied; to < end; to++) output[to] = output[to - distance] ?? 0;
  }
  return to;
};
