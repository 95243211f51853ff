import { randomInt } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installStandIn, TEST_KERNEL } from '../../../testing/firecracker/install';
import { validateImage } from '../../validate';
import { firecrackerDriver } from './driver';

/** The validation of images over this driver. No real Firecracker runs here: see testing/firecracker/stand-in.ts. */
let root: string;
let binary: string;
const image = 'img-00112233445566aa';
const digest = 'd'.repeat(64);
const subnet = `127.${randomInt(1, 255)}.${randomInt(255)}`;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'fc-validate-'));
  binary = installStandIn(join(root, 'bin'));
  writeFileSync(join(root, 'vmlinux'), TEST_KERNEL);
  for (const layer of ['initrd', 'base']) writeFileSync(join(root, layer), layer);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let number = 1;
const networks = {
  take: async () => {
    const own = ++number;
    const mac = `02:fc:00:00:00:${own.toString(16).padStart(2, '0')}`;
    return {
      mode: 'bridge',
      tap: `v${process.pid}-${own}`,
      address: `${subnet}.${own}/24`,
      gateway: `${subnet}.1`,
      mac,
    } as const;
  },
  giveBack: async () => undefined,
};
const validated = (agent: string, depth: 'boot' | 'full' = 'boot') => {
  writeFileSync(join(root, 'agent'), agent);
  const layers = {
    kernel: join(root, 'vmlinux'),
    initrd: join(root, 'initrd'),
    base: join(root, 'base'),
    agent: join(root, 'agent'),
  };
  return validateImage({
    image: { id: image, kind: 'vm', layers },
    digest,
    driver: firecrackerDriver({ binary, kernel: join(root, 'vmlinux') }),
    depth,
    memoryMiB: 16,
    cpus: 1,
    directory: join(root, `check-${++number}`),
    snapshot: join(root, `snapshot-${number}`),
    networks,
    limits: { readyMs: 2_000 },
    signal: AbortSignal.timeout(60_000),
  });
};
const agentOf = (behaviour: object) => JSON.stringify({ version: '1', digest, ...behaviour });

it('an image is ready when it boots and two clones of it differ; its snapshot is left', async () => {
  const check = await validated(agentOf({}), 'full');
  expect(check).toMatchObject({
    verdict: 'ready',
    driver: 'firecracker',
    accelerator: 'kvm',
    machine: 'firecracker',
    attempts: 1,
  });
  expect(check.restoreMs).toBeGreaterThan(0);
  expect(check.clockSkewMs).toBeLessThan(1_000);
  expect(readdirSync(check.snapshot!.directory).sort()).toEqual(['fingerprint', 'memory', 'state']);
});

it.each([
  ['agent-exited', agentOf({ exits: 42 }), /exit code 42/],
  ['never-ready', agentOf({ status: 'starting' }), /"starting"/],
  ['wrong-version', agentOf({ digest: 'e'.repeat(64) }), /digest/],
  ['mount-failed', 'junk', /agent layer/],
])('%s is told', async (verdict, agent, detail) => {
  expect(await validated(agent)).toMatchObject({ verdict, detail: expect.stringMatching(detail) });
});
