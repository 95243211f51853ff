import { randomInt } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Vm, VmSpec } from '../driver';
import { installStandIn, TEST_KERNEL } from '../../../testing/firecracker/install';
import { firecrackerDriver } from './driver';

/** No real Firecracker runs here: see testing/firecracker/stand-in.ts. */
let root: string;
let binary: string;
let trace: string;
const running: Vm[] = [];
/** A network of loopback addresses that no other test is likely to use. */
const network = `127.${randomInt(1, 255)}.${randomInt(255)}`;
const image = 'img-00112233445566aa';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'fc-driver-'));
  trace = join(root, 'trace');
  binary = installStandIn(join(root, 'bin'), { FIRECRACKER_STAND_IN_TRACE: trace });
  writeFileSync(join(root, 'vmlinux'), TEST_KERNEL);
  for (const layer of ['initrd', 'base']) writeFileSync(join(root, layer), layer);
  writeAgent('agent', {});
});
beforeEach(() => writeFileSync(trace, ''));
afterEach(async () => {
  await Promise.all(running.splice(0).map((vm) => vm.stop()));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const writeAgent = (name: string, behaviour: object) =>
  writeFileSync(join(root, name), JSON.stringify({ version: '1.0.0', digest: 'd'.repeat(64), ...behaviour }));
const traced = (): { method: string; path: string; status: number; fault_message?: string }[] =>
  readFileSync(trace, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const requests = () =>
  traced()
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`);
const refused = () => traced().filter(({ status }) => status >= 400);
const soon = () => AbortSignal.timeout(5_000);

let count = 1;
/** The directory's path is longer than a socket's may be. */
function specOf(agent = 'agent', changes: Partial<VmSpec> = {}): VmSpec {
  const number = ++count;
  const id = `vm-${String(number).padStart(8, '0')}`;
  const directory = join(root, 'a-long-name-'.repeat(9), id);
  mkdirSync(directory, { recursive: true });
  const layers = {
    kernel: join(root, 'vmlinux'),
    initrd: join(root, 'initrd'),
    base: join(root, 'base'),
    agent: join(root, agent),
  };
  return {
    id,
    image: { id: image, kind: 'vm', layers },
    network: {
      mode: 'bridge',
      tap: `d${process.pid}-${number}`,
      address: `${network}.${number}/24`,
      gateway: `${network}.1`,
      mac: `02:fc:00:00:00:${number.toString(16).padStart(2, '0')}`,
    },
    memoryMiB: 16,
    cpus: 1,
    directory,
    ...changes,
  };
}
const kept = (vm: Vm): Vm => {
  running.push(vm);
  return vm;
};
const driver = () => firecrackerDriver({ binary, kernel: join(root, 'vmlinux') });
const wakeOf = ({ spec }: Vm, seed = 'ab'.repeat(32)) => ({ seed, network: spec.network, image, probe: true });
async function healthy(vm: Vm): Promise<unknown> {
  for (;;) {
    const answer = await vm.health();
    if (answer) return answer.body;
    if (!vm.running()) throw new Error(await vm.console());
  }
}
async function snapshotOf(agent = 'agent', name = 'snapshot') {
  const vm = kept(await driver().boot(specOf(agent)));
  await vm.booted(soon());
  await vm.pause();
  return vm.snapshot(join(root, name));
}

it('boots a VM by the published calls, wakes it, and it answers at its address', async () => {
  const vm = kept(await driver().boot(specOf()));
  await vm.booted(soon());
  expect(await vm.health()).toBeUndefined();
  await vm.wake(wakeOf(vm));
  expect(await healthy(vm)).toMatchObject({ status: 'ready', version: '1.0.0', image });
  expect(vm.url).toBe(`http://${network}.${count}:3000`);
  expect(requests()).toEqual([
    'PUT /logger',
    'PUT /machine-config',
    'PUT /boot-source',
    'PUT /drives/base',
    'PUT /drives/agent',
    'PUT /network-interfaces/eth0',
    'PUT /entropy',
    'PUT /actions',
  ]);
  expect(refused()).toEqual([]);
});

it('takes a snapshot of a paused VM, after which its source is gone and nobody may write to it', async () => {
  const vm = kept(await driver().boot(specOf()));
  await vm.booted(soon());
  await vm.pause();
  const snapshot = await vm.snapshot(join(root, 'taken'));
  expect(vm.running()).toBe(false);
  expect(requests().slice(-2)).toEqual(['PATCH /vm', 'PUT /snapshot/create']);
  for (const file of ['state', 'memory']) expect(statSync(join(snapshot.directory, file)).mode & 0o777).toBe(0o400);
  expect(readFileSync(join(snapshot.directory, 'fingerprint'), 'utf8')).toBe(snapshot.fingerprint);
});

it('two clones of one snapshot have a tap, an address and random numbers of their own', async () => {
  const snapshot = await snapshotOf();
  writeFileSync(trace, '');
  const clones = await Promise.all([driver().restore(specOf(), snapshot), driver().restore(specOf(), snapshot)]);
  const said = await Promise.all(
    clones.map(async (vm, index) => {
      kept(vm);
      await vm.booted(soon());
      await vm.wake(wakeOf(vm, String(index).repeat(64)));
      expect(await healthy(vm)).toMatchObject({ status: 'ready', image });
      return /AGENT-PROBE random=([0-9a-f]{64}) now=(\d{13})/.exec(await vm.console());
    }),
  );
  expect(new Set(said.map((line) => line?.[1])).size).toBe(2);
  for (const line of said) expect(Math.abs(Date.now() - Number(line?.[2]))).toBeLessThan(60_000);
  expect(new Set(requests())).toEqual(new Set(['PUT /logger', 'PUT /snapshot/load', 'PATCH /vm']));
  expect(refused()).toEqual([]);
});

it('a VM lives on, and is found again and stopped by another driver', async () => {
  const vm = kept(await driver().boot(specOf()));
  await vm.booted(soon());
  await vm.wake(wakeOf(vm));
  await healthy(vm);
  const found = await driver().attach(vm.spec);
  expect(found?.pid).toBe(vm.pid);
  expect(await found!.health()).toMatchObject({ status: 200 });
  await found!.stop();
  await found!.stop();
  expect(vm.running()).toBe(false);
  expect(await driver().attach(vm.spec)).toBeUndefined();
});

test.each([
  [
    'another version of Firecracker',
    () => installStandIn(join(root, 'newer'), { FIRECRACKER_STAND_IN_VERSION: '1.18.0' }),
    {},
    'firecracker=1.18.0',
  ],
  ['another size', () => binary, { memoryMiB: 32 }, 'memory=32'],
])('a snapshot is refused by %s before anything is started', async (_what, program, changes, reason) => {
  const snapshot = await snapshotOf('agent', `of ${reason}`);
  const spec = specOf('agent', changes);
  const attempt = firecrackerDriver({ binary: program() }).restore(spec, snapshot);
  await expect(attempt).rejects.toMatchObject({
    code: 'SNAPSHOT_UNUSABLE',
    message: expect.stringContaining(reason),
  });
  expect(existsSync(join(spec.directory, 'console'))).toBe(false);
});

it('a snapshot that is damaged is refused, and no process is left', async () => {
  const snapshot = await snapshotOf('agent', 'damaged');
  chmodSync(join(snapshot.directory, 'state'), 0o600);
  appendFileSync(join(snapshot.directory, 'state'), ' ');
  const spec = specOf();
  await expect(driver().restore(spec, snapshot)).rejects.toMatchObject({
    code: 'SNAPSHOT_UNUSABLE',
    message: expect.stringContaining('CRC64'),
  });
  expect(await driver().attach(spec)).toBeUndefined();
});

it('an agent that ends shows on the console, and so does a guest that does not come up', async () => {
  writeAgent('crashing', { exits: 42 });
  const vm = kept(await driver().boot(specOf('crashing')));
  await vm.booted(soon());
  await vm.wake(wakeOf(vm));
  while (vm.running()) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await vm.console()).toContain('AGENT-EXIT rc=42');
  writeFileSync(join(root, 'junk'), 'junk');
  const broken = kept(await driver().boot(specOf('junk')));
  await expect(broken.booted(soon())).rejects.toMatchObject({
    code: 'GUEST_FAILED',
    message: expect.stringContaining('AGENT-MOUNT-FAILED'),
  });
});

it('a refusal carries the fault, and no process is left', async () => {
  const spec = specOf('agent', { cpus: 33 });
  await expect(driver().boot(spec)).rejects.toMatchObject({
    code: 'FIRECRACKER_REFUSED',
    message: expect.stringMatching(/`PUT \/machine-config` with 400: Machine config error/),
  });
  expect(await driver().attach(spec)).toBeUndefined();
});

it('says what is missing: a bridge, or an uncompressed kernel', async () => {
  const forwarded = specOf('agent', { network: { mode: 'forward', port: 1 } });
  await expect(driver().boot(forwarded)).rejects.toMatchObject({ code: 'FIRECRACKER_NEEDS_BRIDGE' });
  const compressed = Buffer.alloc(1024);
  compressed.write('HdrS', 0x202);
  writeFileSync(join(root, 'vmlinuz'), compressed);
  const spec = specOf();
  const debian = { ...spec, image: { ...spec.image, layers: { ...spec.image.layers, kernel: join(root, 'vmlinuz') } } };
  await expect(firecrackerDriver({ binary }).boot(debian)).rejects.toMatchObject({
    code: 'FIRECRACKER_KERNEL_MISSING',
    message: expect.stringContaining('a compressed bzImage'),
  });
  kept(await driver().boot(debian));
});

describe('whether it can be used is found out by the start of a VM', () => {
  const probed = (env: Record<string, string>, kernel?: string) =>
    firecrackerDriver({
      binary: installStandIn(join(root, `probe-${++count}`), env),
      ...(kernel ? { kernel } : {}),
    }).probe();

  it('with KVM it can', async () => {
    expect(await probed({}, join(root, 'vmlinux'))).toEqual({
      usable: true,
      driver: 'firecracker',
      accelerator: 'kvm',
      version: '1.17.0',
      machine: 'firecracker',
      snapshots: true,
    });
  });
  it.each([
    ['without KVM', { FIRECRACKER_STAND_IN_KVM: 'broken' }, true, /Error creating KVM object/],
    ['without a kernel', {}, false, /uncompressed ELF kernel/],
    ['in an old version', { FIRECRACKER_STAND_IN_VERSION: '1.11.0' }, true, /1\.11\.0 cannot give a clone a tap/],
  ])('%s it cannot, and the reason is told', async (_what, env, kernel, reason) => {
    const probe = await probed(env, kernel ? join(root, 'vmlinux') : undefined);
    expect(probe).toMatchObject({ usable: false, reason: expect.stringMatching(reason) });
  });
  it('is tried with the kernel of an image where no other is named', async () => {
    const layers = join(root, 'layers');
    mkdirSync(layers);
    writeFileSync(join(layers, `kernel-${'a'.repeat(64)}`), TEST_KERNEL);
    expect(await firecrackerDriver({ binary, layers }).probe()).toMatchObject({ usable: true });
  });
  it('nor where it is not installed', async () => {
    expect(await firecrackerDriver({ binary: join(root, 'nix') }).probe()).toMatchObject({
      usable: false,
      reason: expect.stringContaining('is not there'),
    });
  });
});
