import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { requireTools } from '../tools';
import { modulesInLoadOrder } from './modules';

describe('the modules of a guest', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'modules-'));
    mkdirSync(join(directory, 'kernel'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const place = (modules: Readonly<Record<string, string>>) =>
    Object.entries(modules).forEach(([path, depends]) => {
      mkdirSync(dirname(join(directory, 'kernel', path)), { recursive: true });
      writeFileSync(join(directory, 'kernel', path), `\x7fELF…\0license=GPL\0depends=${depends}\0name=x\0`);
    });
  const { busybox } = requireTools(['busybox']);
  const modules = () => modulesInLoadOrder({ directory, busybox });
  const order = async () => (await modules()).map(({ name }) => name);

  const ALL = {
    'drivers/virtio/virtio.ko': '',
    'drivers/virtio/virtio_mmio.ko': 'virtio,virtio_ring',
    'drivers/virtio/virtio_pci.ko': 'virtio-pci-modern-dev,virtio',
    'drivers/virtio/virtio-pci-modern-dev.ko': '',
    'drivers/block/virtio_blk.ko': 'virtio',
    'drivers/net/virtio_net.ko': 'virtio',
    'fs/erofs/erofs.ko': 'libcrc32c',
    'lib/libcrc32c.ko': '',
    'drivers/sound/unwanted.ko': '',
  };

  it('come each after those it depends on, and no others', async () => {
    place({ ...ALL, 'drivers/virtio/virtio_ring.ko': 'virtio' });
    expect(await order()).toEqual([
      'virtio',
      'virtio_ring',
      'virtio_mmio',
      'virtio_pci_modern_dev',
      'virtio_pci',
      'virtio_blk',
      'virtio_net',
      'libcrc32c',
      'erofs',
    ]);
  });

  it('are uncompressed where they are packaged compressed', async () => {
    place(ALL);
    // `virtio_ring`, which depends on `virtio`, through xz.
    const compressed =
      '/Td6WFoAAAFpIt42AgAhARYAAAB0L+WjAQApf0VMRuKApgBsaWNlbnNlPUdQTABkZXBlbmRzPXZpcnRpbwBuYW1lPXgAAAAAYeAvbQABPiqAZ/i6kEKZDQEAAAAAAVla';
    writeFileSync(join(directory, 'kernel/drivers/virtio/virtio_ring.ko.xz'), Buffer.from(compressed, 'base64'));
    const ring = (await modules()).find(({ name }) => name === 'virtio_ring');
    expect(ring?.content.toString()).toBe('\x7fELF…\0license=GPL\0depends=virtio\0name=x\0');
  });

  it('leave out what is built into the kernel', async () => {
    place(ALL);
    writeFileSync(join(directory, 'modules.builtin'), 'kernel/drivers/virtio/virtio_ring.ko\nkernel/fs/ext4/ext4.ko\n');
    expect(await order()).not.toContain('virtio_ring');
  });

  it('are refused where one is neither there nor built in', async () => {
    place(ALL);
    await expect(order()).rejects.toMatchObject({
      code: 'KERNEL_UNAVAILABLE',
      message: expect.stringContaining('its package holds no module virtio_ring'),
    });
  });
});
