import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { installStandIn, TEST_KERNEL } from '../../testing/firecracker/install';
import { firecrackerDriver } from '../drivers/firecracker/driver';
import { endVmsBelow, vmProcessesBelow } from '../drivers/vm-process';
import type { ImageFiles } from '../drivers/driver';
import { imagesLayout } from '../layout';
import type { Run } from '../network';
import type { ImageSettings } from '../settings';
import { madeUpBridge } from './testing/made-up-bridge';
import { listVms, liveLeases, startFailure, startVms, stopVms, type StartRequest } from './index';

/**
 * Real processes with addresses of the loopback; what `ip` says of a bridge and its taps is made up
 * (network/set-up.spec.ts has a real one).
 */
const subnet = `127.${randomInt(1, 255)}.${randomInt(255)}`;
const bridge = `t${process.pid}`;
const ipSays = (taps: number) => madeUpBridge({ bridge, gateway: `${subnet}.1`, taps });

let root: string;
let binary: string;
const image = 'img-0123456789abcdef';
const driver = () => firecrackerDriver({ binary });

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'vms-'));
  binary = installStandIn(join(root, 'bin'));
  writeFileSync(join(root, 'kernel'), TEST_KERNEL);
  for (const layer of ['initrd', 'base']) writeFileSync(join(root, layer), layer);
  writeAgent({});
});
afterEach(async () => {
  await endVmsBelow(root);
  await list();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const writeAgent = (behaviour: object) =>
  writeFileSync(join(root, 'agent'), JSON.stringify({ version: '1', digest: 'd', ...behaviour }));
const settings = (): ImageSettings => ({
  root,
  target: 'vm-agent',
  driver: 'firecracker',
  allowProcess: false,
  network: { mode: 'bridge', bridge, subnet: `${subnet}.0/24` },
  memoryMiB: 16,
  cpus: 1,
  rebuild: 'auto',
  keep: 1,
  readyTimeoutMs: 5_000,
});
const layout = () => imagesLayout(root);
const files = (): ImageFiles => {
  const layers = Object.fromEntries(['kernel', 'initrd', 'base', 'agent'].map((name) => [name, join(root, name)]));
  return { id: image, kind: 'vm', layers };
};
const start = (count: number, changes: Partial<StartRequest> = {}) =>
  startVms({
    layout: layout(),
    settings: settings(),
    driver: driver(),
    image: files(),
    count,
    signal: new AbortController().signal,
    run: ipSays(4),
    ...changes,
  });
const list = () => listVms(layout(), driver);
const left = () => [...readdirSync(layout().vms), ...readdirSync(layout().claims)];

it('VMs are started, each with an address of its own, and listed with image and health until they are stopped', async () => {
  const { started, failed } = await start(3);
  expect(failed).toEqual([]);
  expect(new Set(started.map((vm) => vm.address)).size).toBe(3);
  const listed = await list();
  expect(listed).toHaveLength(3);
  for (const vm of listed) {
    expect(vm).toMatchObject({ image, driver: 'firecracker', kind: 'vm', health: 'ready' });
    const answer = await fetch(`${vm.address}/health`);
    expect(await answer.json()).toMatchObject({ status: 'ready', image });
  }
  const [first, ...others] = listed.map((vm) => vm.id);
  expect(await stopVms({ layout: layout(), driverOf: driver, ids: [first!] })).toEqual([first]);
  expect((await list()).map((vm) => vm.id)).toEqual(others);
  expect(await stopVms({ layout: layout(), driverOf: driver, ids: 'all' })).toEqual(others);
  expect(await list()).toEqual([]);
  expect(left()).toEqual([]);
});

it('the image of a VM is leased while it lives, and what a dead one left is cleaned', async () => {
  const [vm] = (await start(1)).started;
  expect((await liveLeases(root)).map((lease) => [lease.id, lease.image])).toEqual([[vm!.id, image]]);
  process.kill(vm!.pid, 'SIGKILL');
  while (existsSync(`/proc/${vm!.pid}/exe`)) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await liveLeases(root)).toEqual([]);
  expect(await list()).toEqual([]);
  expect(left()).toEqual([]);
});

it('the lease of a process that has the number of a dead VM is not valid', async () => {
  const [vm] = (await start(1)).started;
  const file = join(layout().vm(vm!.id), 'vm.json');
  const lease = JSON.parse(readFileSync(file, 'utf8'));
  await endVmsBelow(root);
  // This process's number, and the start of the VM's.
  const reused = { ...lease, process: { ...lease.process, pid: process.pid } };
  writeFileSync(file, JSON.stringify(reused));
  expect(await liveLeases(root)).toEqual([]);
});

it('a VM whose starter died before it had written down its process is live, and can be stopped', async () => {
  const [vm] = (await start(1)).started;
  const file = join(layout().vm(vm!.id), 'vm.json');
  const { process: _process, ...lease } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...lease, starter: { pid: process.pid, started: 'another-boot/1' } }));
  expect((await liveLeases(root)).map(({ id }) => id)).toEqual([vm!.id]);
  expect(await stopVms({ layout: layout(), driverOf: driver, ids: 'all' })).toEqual([vm!.id]);
  expect(existsSync(`/proc/${vm!.pid}/exe`)).toBe(false);
});

it('one that cannot be started takes no other with it, and all are told of', async () => {
  const outcome = await start(3, { run: ipSays(2) });
  expect(outcome.started).toHaveLength(2);
  expect(outcome.failed).toHaveLength(1);
  const failure = startFailure(outcome);
  expect(failure).toMatchObject({ code: 'VM_START_FAILED' });
  expect(failure!.message).toMatch(/1 of 3 VMs did not start/);
  expect(failure!.message).toMatch(/All 2 addresses .* are taken/);
  for (const vm of outcome.started) expect(failure!.message).toContain(vm.id);
  expect(await list()).toHaveLength(2);
});

it.each([
  ['an agent that ends', { exits: 3 }, /the agent ended; its console ended with:[^]*AGENT-EXIT rc=3/],
  ['an agent whose answer would drive a terminal', { status: '\x1b[2Jready' }, /the agent was \\x1b\[2Jready after/],
  ['an agent that never becomes ready', { status: 'starting' }, /the agent was starting after 1500 ms/],
])('%s is stopped, and nothing of it is left', async (_what, behaviour, reason) => {
  writeAgent(behaviour);
  const outcome = await start(1, { settings: { ...settings(), readyTimeoutMs: 1_500 } });
  writeAgent({});
  expect(outcome.started).toEqual([]);
  expect(outcome.failed[0]!.reason).toMatch(reason);
  expect(left()).toEqual([]);
  expect(await liveLeases(root)).toEqual([]);
});

it('VMs come from the snapshot where it fits, and boot where it does not', async () => {
  const layers = {
    kernel: join(root, 'kernel'),
    initrd: join(root, 'initrd'),
    base: join(root, 'base'),
    agent: join(root, 'agent'),
  };
  const directory = mkdtempSync(join(root, 'source-'));
  const network = {
    mode: 'bridge',
    tap: `${bridge}-s`,
    address: `${subnet}.200/24`,
    gateway: `${subnet}.1`,
    mac: '02:fc:00:00:00:01',
  } as const;
  const source = await driver().boot({
    id: 'check-1',
    image: { id: image, kind: 'vm', layers },
    network,
    memoryMiB: 16,
    cpus: 1,
    directory,
  });
  await source.booted(AbortSignal.timeout(5_000));
  await source.pause();
  const snapshot = await source.snapshot(join(root, 'snapshot'));
  const consoles = async () =>
    (await list()).map((vm) => readFileSync(join(layout().vm(vm.id), 'console'), 'utf8').includes('GUEST-INIT'));
  expect((await start(2, { snapshot })).failed).toEqual([]);
  expect(await consoles()).toEqual([false, false]);
  await stopVms({ layout: layout(), driverOf: driver, ids: 'all' });
  expect((await start(1, { snapshot: { ...snapshot, fingerprint: 'another' } })).failed).toEqual([]);
  expect(await consoles()).toEqual([true]);
  await stopVms({ layout: layout(), driverOf: driver, ids: 'all' });
  chmodSync(join(snapshot.directory, 'state'), 0o600);
  appendFileSync(join(snapshot.directory, 'state'), ' ');
  expect((await start(1, { snapshot })).failed).toEqual([]);
  expect(await consoles()).toEqual([true]);
});

it('a network that is not set up is said once, with what is missing', async () => {
  const missing: Run = async () => ({ exitCode: 0, stdout: '[]', stderr: '' });
  const outcome = await start(2, { run: missing });
  expect(startFailure(outcome)).toMatchObject({
    code: 'IMAGE_NETWORK_NOT_UP',
    hint: expect.stringContaining('network up'),
  });
});

it('an id that is not a running VM stops nothing', async () => {
  const [vm] = (await start(1)).started;
  const attempt = stopVms({ layout: layout(), driverOf: driver, ids: [vm!.id, 'vm-00000000'] });
  await expect(attempt).rejects.toMatchObject({
    code: 'VM_NOT_FOUND',
    message: expect.stringContaining('vm-00000000'),
  });
  expect(await list()).toHaveLength(1);
});

it.each(['', '{"version":1', 'null', '[]', '{}', '{"id":"vm-1","spec":null}', '{"process":{"pid":"1"}}'])(
  'a VM with the damaged lease %j goes on, hides no other, and can be stopped',
  async (text) => {
    const [vm, other] = (await start(2)).started;
    writeFileSync(join(layout().vm(vm!.id), 'vm.json'), text);
    expect((await list()).map(({ id }) => id)).toEqual([other!.id]);
    expect((await liveLeases(root)).map(({ id }) => id)).toEqual([other!.id]);
    expect((await (await fetch(`${vm!.address}/health`)).json()) as object).toMatchObject({ status: 'ready' });
    expect(await stopVms({ layout: layout(), driverOf: driver, ids: [vm!.id] })).toEqual([vm!.id]);
    expect(existsSync(`/proc/${vm!.pid}/exe`)).toBe(false);
    expect(await stopVms({ layout: layout(), driverOf: driver, ids: 'all' })).toEqual([other!.id]);
    expect(left()).toEqual([]);
  },
);

it('a directory of a VM that has neither a lease nor a process is removed, and nothing else is', async () => {
  await start(1);
  mkdirSync(join(layout().vms, 'vm-0000000f'));
  mkdirSync(join(layout().vms, 'notes'));
  const [vm] = await list();
  expect(readdirSync(layout().vms).sort()).toEqual(['notes', vm!.id].sort());
  rmSync(join(layout().vms, 'notes'), { recursive: true });
});

describe('a process that starts a VM', () => {
  const starter = () => {
    const program = join(root, 'starter.cjs');
    const entry = join(__dirname, 'testing', 'starter.ts');
    buildSync({ entryPoints: [entry], bundle: true, platform: 'node', outfile: program });
    const args = [program, binary, JSON.stringify(settings()), JSON.stringify(files())];
    return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  };

  it('ends, and its VM lives on', async () => {
    const [code] = await once(starter(), 'exit');
    expect(code).toBe(0);
    expect(await list()).toMatchObject([{ health: 'ready', image }]);
  });

  /** The nth of what can be seen below `vms` while one starts, in order. */
  const moments: readonly (readonly [string, (id: string) => boolean])[] = [
    ['its lease is there', () => true],
    ['its process is there', (id) => existsSync(join(layout().vm(id), 'console'))],
    [
      'its process is written down',
      (id) => 'process' in JSON.parse(readFileSync(join(layout().vm(id), 'vm.json'), 'utf8')),
    ],
  ];
  it.each(moments)('is killed when %s: nothing is lost sight of, and nothing is left', async (_moment, reached) => {
    const child = starter();
    const seen = () => readdirSync(layout().vms).find((name) => name.startsWith('vm-') && reached(name));
    while (!existsSync(layout().vms) || seen() === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill('SIGKILL');
    await once(child, 'exit');
    // What it was just starting may show in the one a moment before the other.
    const counts = async () => [(await liveLeases(root)).length, (await vmProcessesBelow(root)).length];
    let [leases, processes] = await counts();
    for (let look = 0; leases !== processes && look < 50; look += 1) [leases, processes] = await counts();
    expect(leases).toBe(processes);
    expect(await list()).toEqual([]);
    expect(await vmProcessesBelow(root)).toEqual([]);
    expect(left()).toEqual([]);
  });
});
