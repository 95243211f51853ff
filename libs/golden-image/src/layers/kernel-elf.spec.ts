import { gzipSync } from 'node:zlib';
import { kernelElfOf, kernelForQemu } from './kernel-elf';

const ELF = Buffer.from('\x7fELF and what a kernel is made of', 'latin1');
/** The note that names the entry of a kernel that is started without its unpacker. */
const PVH = Buffer.from('\x04\0\0\0\x08\0\0\0\x12\0\0\0Xen\0', 'latin1');

/** A bzImage with that payload: one sector of set-up code, and the fields that are read. */
const bzImage = (payload: Buffer): Buffer => {
  const head = Buffer.alloc(1024);
  head.writeUInt8(1, 0x1f1);
  head.write('HdrS', 0x202);
  head.writeUInt32LE(0, 0x248);
  head.writeUInt32LE(payload.length, 0x24c);
  return Buffer.concat([head, payload]);
};

describe('the kernel that QEMU starts', () => {
  it('is the uncompressed one where it can be entered without its unpacker', () => {
    const kernel = Buffer.concat([ELF, PVH]);
    expect(kernelForQemu(bzImage(gzipSync(kernel))).equals(kernel)).toBe(true);
  });

  it.each([
    ['it can be entered by its unpacker only', gzipSync(ELF)],
    ['it is compressed in another way', Buffer.from('\xfd7zXZ\0 and more', 'latin1')],
    ['its payload is damaged', gzipSync(ELF).subarray(0, 20)],
  ])('is the one of the package where %s', (_, payload) => {
    const packaged = bzImage(payload);
    expect(kernelForQemu(packaged)).toBe(packaged);
  });
});

it('a kernel for Firecracker that cannot be uncompressed is refused, and why is said', () => {
  const refused = (file: Buffer) => () => kernelElfOf(file);
  expect(refused(bzImage(Buffer.from('\xfd7zXZ\0 and more', 'latin1')))).toThrow(
    'compressed in a way that is not known',
  );
  expect(refused(Buffer.alloc(2048))).toThrow('neither a bzImage nor an ELF file');
});
