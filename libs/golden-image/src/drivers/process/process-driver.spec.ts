import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SAMPLE_DIGEST, sampleImage, type SampleAgent } from '../../../testing';
import { freePort } from '../../validate/networks';
import { validateImage } from '../../validate/validate-image';
import type { VmSpec } from '../driver';
import { endVmsBelow } from '../vm-process';
import { processDriver } from './process-driver';

describe('an agent that runs as a process', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'process-'));
  });
  afterEach(async () => {
    await endVmsBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  });

  const driver = processDriver();
  const specOf = async (agent: SampleAgent): Promise<VmSpec> => {
    const directory = join(folder, 'vm');
    mkdirSync(directory);
    const network = { mode: 'forward', port: await freePort() } as const;
    return { id: 'vm-1', image: await sampleImage(agent, 'process'), network, memoryMiB: 0, cpus: 1, directory };
  };
  const signal = new AbortController().signal;
  const wakeOf = ({ image, network }: VmSpec) => ({
    seed: randomBytes(32).toString('hex'),
    image: image.id,
    network,
    probe: false,
  });
  const readyOf = async (vm: { health: () => Promise<{ body: unknown } | undefined>; running: () => boolean }) => {
    for (;;) {
      const answer = await vm.health();
      if (answer ?? !vm.running()) return answer?.body;
    }
  };

  it('is no VM, has no snapshots, and says so', async () => {
    const none = { usable: true, accelerator: 'none', machine: 'none', snapshots: false };
    expect(await driver.probe()).toMatchObject(none);
    const spec = await specOf('good');
    await expect(driver.restore(spec, { directory: '/s', fingerprint: '' })).rejects.toMatchObject({
      code: 'SNAPSHOT_UNUSABLE',
    });
  });

  it('starts when it is woken, answers for its image, is found again, and ends with all it has started', async () => {
    const spec = await specOf('good');
    const vm = await driver.boot(spec);
    await vm.booted(signal);
    expect(await vm.health()).toBeUndefined();
    await vm.wake(wakeOf(spec));
    const body = { status: 'ready', image: spec.image.id, version: '1.0.0', digest: SAMPLE_DIGEST };
    expect(await readyOf(vm)).toEqual(body);
    const found = await driver.attach(spec);
    expect(found?.pid).toBe(vm.pid);
    expect(await found?.console()).toContain(`agent listens, image ${spec.image.id}`);
    await found?.stop();
    expect(vm.running()).toBe(false);
    expect(await vm.health()).toBeUndefined();
    expect(await driver.attach(spec)).toBeUndefined();
    await vm.stop();
  });

  it('cannot have an address on a bridge', async () => {
    const spec = await specOf('good');
    const network = { mode: 'bridge', tap: 't', address: '10.0.0.2/24', gateway: '10.0.0.1', mac: '' } as const;
    await expect(driver.boot({ ...spec, network })).rejects.toMatchObject({ code: 'DRIVER_UNUSABLE' });
  });

  it.each([
    ['good', 'ready'],
    ['crashing', 'agent-exited'],
    ['misspelt', 'agent-exited'],
    ['outdated', 'wrong-version'],
    ['elsewhere', 'wrong-version'],
    ['hanging', 'hung'],
    ['starting', 'never-ready'],
  ] as const)('with the %s program gets the verdict %s, and nothing of the check is left', async (agent, verdict) => {
    const image = await sampleImage(agent, 'process');
    const seen = await validateImage({
      image,
      digest: SAMPLE_DIGEST,
      driver,
      depth: 'full',
      memoryMiB: 0,
      cpus: 1,
      directory: join(folder, 'check'),
      limits: { readyMs: agent === 'hanging' ? 300 : 10_000, ...(agent === 'starting' && { readyMs: 3_000 }) },
      signal,
    });
    expect(seen).toMatchObject({ verdict, driver: 'process', machine: 'none', attempts: 1 });
    expect(readdirSync(folder)).toEqual([]);
  });
});
