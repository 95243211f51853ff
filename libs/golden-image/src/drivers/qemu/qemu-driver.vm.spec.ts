import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { describeVm, SAMPLE_DIGEST, SAMPLE_ROOT, sampleImage } from '../../../testing';
import { freePort } from '../../validate/networks';
import type { ImageFiles, Snapshot, Vm, VmSpec } from '../driver';
import { endVmsBelow } from '../vm-process';
import { qemuDriver } from './qemu-driver';

describeVm('the QEMU driver', () => {
  let folder: string;
  let image: ImageFiles;
  const signal = new AbortController().signal;
  const driver = qemuDriver({ root: SAMPLE_ROOT });
  let count = 0;
  const newSpec = async (facts: Partial<VmSpec> = {}): Promise<VmSpec> => {
    const id = `vm-${++count}`;
    // Longer than the address of a socket may be.
    const directory = join(folder, 'a'.repeat(100), id);
    mkdirSync(directory, { recursive: true });
    const network = { mode: 'forward', port: await freePort() } as const;
    return { id, image, network, memoryMiB: 256, cpus: 1, directory, ...facts };
  };
  const wake = (vm: Vm) => {
    const { network, image } = vm.spec;
    return vm.wake({ seed: randomBytes(32).toString('hex'), network, image: image.id, probe: false });
  };
  const readyOf = async (vm: Vm) => {
    for (;;) {
      const answer = await vm.health();
      if (answer ?? !vm.running()) return answer?.body;
    }
  };
  const fileSizeLimit = ({ pid }: Vm) =>
    /Max file size +(\S+)/.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1] ?? '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'qemu-'));
    image = await sampleImage('good');
  }, 180_000);
  afterAll(async () => {
    await endVmsBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  describe('with a snapshot of a VM that waits', () => {
    let snapshot: Snapshot;
    beforeAll(async () => {
      const vm = await driver.boot(await newSpec({ use: 'source' }));
      await vm.booted(signal);
      await vm.pause();
      snapshot = await vm.snapshot(join(folder, 'snapshot'));
      expect(vm.running()).toBe(false);
    }, 120_000);

    it('restores VMs that live by themselves, are found again by their directory, and leave the snapshot as it is', async () => {
      const before = statSync(join(snapshot.directory, 'memory')).mtimeMs;
      const vm = await driver.restore(await newSpec(), snapshot);
      await vm.booted(signal);
      await wake(vm);
      expect(await readyOf(vm)).toEqual({ status: 'ready', image: image.id, version: '1.0.0', digest: SAMPLE_DIGEST });
      // A session of its own: no signal to the starter's reaches it. And no talkative agent fills the disk.
      expect(readFileSync(`/proc/${vm.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3]).toBe(String(vm.pid));
      expect(fileSizeLimit(vm)).toBe(String(1024 * 1024));

      const found = await qemuDriver({ root: SAMPLE_ROOT }).attach(vm.spec);
      expect(found?.pid).toBe(vm.pid);
      expect(await found?.console()).toContain(`agent listens, image ${image.id}`);
      expect(await found?.console()).not.toContain('GUEST-INIT');
      await found?.stop();
      expect(vm.running()).toBe(false);
      expect(await driver.attach(vm.spec)).toBeUndefined();
      await vm.stop();
      expect(statSync(join(snapshot.directory, 'memory')).mtimeMs).toBe(before);
    }, 120_000);

    it('refuses a snapshot that fits no more, and says in what', async () => {
      const spec = await newSpec({ memoryMiB: 512 });
      await expect(driver.restore(spec, snapshot)).rejects.toMatchObject({
        code: 'SNAPSHOT_UNUSABLE',
        message: expect.stringContaining('memory was 256 MiB and is 512 MiB'),
      });
      expect(await driver.attach(spec)).toBeUndefined();
    });

    it('refuses a snapshot that is damaged', async () => {
      appendFileSync(join(snapshot.directory, 'state'), 'x');
      await expect(driver.restore(await newSpec(), snapshot)).rejects.toMatchObject({
        code: 'SNAPSHOT_UNUSABLE',
        message: expect.stringContaining('the state of its devices is missing or damaged'),
      });
      const none = { directory: join(folder, 'none'), fingerprint: '' };
      await expect(driver.restore(await newSpec(), none)).rejects.toMatchObject({ code: 'SNAPSHOT_UNUSABLE' });
    });
  });

  const small = mkdtempSync(join(tmpdir(), 'qemu-small-'));
  const mounted =
    execaSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', small], { reject: false }).exitCode === 0;
  afterAll(() => {
    if (mounted) execaSync('umount', [small]);
    rmSync(small, { recursive: true });
  });
  (mounted || process.env['CI'] ? it : it.skip)(
    'starts nothing where the disk has no room for its memory',
    async () => {
      const source = driver.boot(await newSpec({ use: 'source', directory: small }));
      await expect(source).rejects.toMatchObject({
        code: 'IMAGE_DISK_FULL',
        message: expect.stringContaining('while making room for the memory of vm-'),
      });
      expect(readdirSync(small)).toEqual([]);
    },
  );

  it('says what QEMU says when a port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      const vm = await driver.boot(await newSpec({ network: { mode: 'forward', port } }));
      await expect(vm.booted(signal)).rejects.toMatchObject({
        code: 'VMM_FAILED',
        message: expect.stringMatching(/Could not set up host forwarding rule/),
      });
      await expect(wake(vm)).rejects.toMatchObject({ code: 'VMM_FAILED' });
      await expect(vm.pause()).rejects.toMatchObject({ code: 'VMM_FAILED' });
    } finally {
      taken.close();
    }
  });

  it('gives up on a VM whose process is killed while it boots, and takes no other for it', async () => {
    const vm = await driver.boot(await newSpec());
    process.kill(vm.pid, 'SIGKILL');
    await expect(vm.booted(signal)).rejects.toMatchObject({ code: 'VMM_FAILED' });
    expect(vm.running()).toBe(false);
    expect(await vm.health()).toBeUndefined();
  });

  it('is found by what is left in its directory where its starter died, also through a link to it', async () => {
    const vm = await driver.boot(await newSpec());
    const link = join(folder, 'link');
    symlinkSync(vm.spec.directory, link);
    await endVmsBelow(`${vm.spec.directory}-other`);
    expect(vm.running()).toBe(true);
    await endVmsBelow(link);
    expect(vm.running()).toBe(false);
  });
});
