import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { qemuDriver } from './qemu-driver';

describe('a QEMU that is installed and does not run', () => {
  const path = process.env['PATH'];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'broken-qemu-'));
    const program = join(folder, 'qemu-system-x86_64');
    writeFileSync(program, '#!/bin/sh\necho "error while loading shared libraries: libpixman-1.so.0" >&2\nexit 127\n');
    chmodSync(program, 0o755);
    process.env['PATH'] = `${folder}:${path ?? ''}`;
  });
  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true });
  });

  it('is told as such, with what it said and what to do', async () => {
    const reason = expect.stringContaining('does not run (error while loading shared libraries: libpixman-1.so.0)');
    const driver = qemuDriver({ root: join(folder, 'images') });
    expect(await driver.probe()).toEqual({
      usable: false,
      driver: 'qemu',
      reason,
      hint: expect.stringContaining('apt-get install'),
    });
    const image = { id: 'img-0123456789abcdef', kind: 'vm', layers: {} } as const;
    const network = { mode: 'forward', port: 1 } as const;
    const spec = { id: 'vm-1', image, network, memoryMiB: 64, cpus: 1, directory: folder };
    await expect(driver.boot(spec)).rejects.toMatchObject({ code: 'DRIVER_UNUSABLE', message: reason });
  });
});
