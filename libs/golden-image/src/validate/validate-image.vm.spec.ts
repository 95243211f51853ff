import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VmSpec } from '../drivers/driver';
import { qemuDriver } from '../drivers/qemu/qemu-driver';
import { describeVm, SAMPLE_DIGEST, SAMPLE_ROOT, sampleImage, spoiltImage } from '../../testing';
import type { ImageCheckRequest } from './check-request';
import { validateImage } from './validate-image';

/** Generous where time is not what is tested: other tests boot VMs on the same processors. */
const LIMITS = { initMs: 60_000, waitingMs: 60_000, readyMs: 60_000 };

describeVm('an image, proven by a real boot', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'validate-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const check = (request: Partial<ImageCheckRequest> & Pick<ImageCheckRequest, 'image'>) =>
    validateImage({
      digest: SAMPLE_DIGEST,
      driver: qemuDriver({ root: SAMPLE_ROOT }),
      retryWith: qemuDriver({ root: SAMPLE_ROOT, machine: 'q35' }),
      depth: 'full',
      memoryMiB: 256,
      cpus: 1,
      directory: join(folder, 'check'),
      limits: LIMITS,
      signal: new AbortController().signal,
      ...request,
    });

  it('is ready, its clones are VMs of their own with the right time, and their snapshot is left', async () => {
    const snapshot = join(folder, 'snapshot');
    const seen = await check({ image: await sampleImage('good'), snapshot });
    expect(seen).toMatchObject({ verdict: 'ready', driver: 'qemu', snapshot: { directory: snapshot } });
    expect(seen.clockSkewMs).toBeLessThan(1_000);
    expect(readdirSync(snapshot).sort()).toEqual(['memory', 'snapshot.json', 'state']);
    expect(existsSync(join(folder, 'check'))).toBe(false);
  }, 180_000);

  it.each([
    ['crashes', 'crashing', 'agent-exited', 'with exit code 42', 'no licence for this month'],
    ['has a syntax error', 'misspelt', 'agent-exited', 'with exit code 1', 'SyntaxError'],
    ['answers nothing', 'hanging', 'hung', 'answered nothing', 'AGENT-START'],
    ['is starting for ever', 'starting', 'never-ready', 'the status "starting"', 'AGENT-START'],
    [
      'is of another version',
      'outdated',
      'wrong-version',
      `digest "${'0'.repeat(64)}" instead of ${SAMPLE_DIGEST}`,
      '',
    ],
    ['is of another image', 'elsewhere', 'wrong-version', 'image "img-0000000000000000" instead of img-', ''],
  ] as const)(
    'whose agent %s is refused',
    async (_, agent, verdict, detail, lastWords) => {
      const limits = {
        ...LIMITS,
        ...(agent === 'hanging' && { readyMs: 2_000 }),
        ...(agent === 'starting' && { readyMs: 15_000 }),
      };
      const seen = await check({ image: await sampleImage(agent), depth: 'boot', limits });
      expect(seen).toMatchObject({ verdict, detail: expect.stringContaining(detail), attempts: 1 });
      expect(seen.console.join('\n')).toContain(lastWords);
    },
    180_000,
  );

  it.each([
    ['junk-base', 'mount-failed', 'its base layer'],
    ['junk-agent', 'mount-failed', 'its agent layer'],
    ['panic', 'kernel-panic', 'Attempted to kill init'],
  ] as const)(
    'with the fault %s is refused',
    async (fault, verdict, detail) => {
      const seen = await check({ image: await spoiltImage(fault, folder), depth: 'boot' });
      expect(seen).toMatchObject({ verdict, detail: expect.stringContaining(detail), attempts: 1 });
      expect(seen.console.length).toBeLessThanOrEqual(20);
    },
    180_000,
  );

  it.each([
    ['shared-randomness', 'the agents in a clone and in the other clone got the same random bytes'],
    ['wrong-clock', 'the clock of .* is [0-9]{8,}.[0-9] s wrong'],
  ] as const)(
    'whose clones have %s is refused',
    async (fault, detail) => {
      const snapshot = join(folder, `snapshot-${fault}`);
      const seen = await check({ image: await spoiltImage(fault, folder), snapshot });
      expect(seen).toMatchObject({ verdict: 'clones-not-unique', detail: expect.stringMatching(detail) });
      expect(existsSync(snapshot)).toBe(false);
    },
    180_000,
  );

  it('is tried again, and not blamed, when its VM is killed', async () => {
    const qemu = qemuDriver({ root: SAMPLE_ROOT });
    const boot = async (spec: VmSpec) => {
      const vm = await qemu.boot(spec);
      process.kill(vm.pid, 'SIGKILL');
      return vm;
    };
    const seen = await check({ image: await sampleImage('good'), driver: { ...qemu, boot }, depth: 'boot' });
    expect(seen).toMatchObject({ verdict: 'ready', machine: 'q35', attempts: 2 });
  }, 180_000);

  it('leaves nothing behind when the check is aborted', async () => {
    const abort = new AbortController();
    const qemu = qemuDriver({ root: SAMPLE_ROOT });
    const pids: number[] = [];
    const boot = async (spec: VmSpec) => {
      const vm = await qemu.boot(spec);
      pids.push(vm.pid);
      if (pids.length === 2) abort.abort(new Error('the builder is told to stop'));
      return vm;
    };
    const checked = check({ image: await sampleImage('good'), driver: { ...qemu, boot }, signal: abort.signal });
    await expect(checked).rejects.toThrow('the builder is told to stop');
    expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
    expect(existsSync(join(folder, 'check'))).toBe(false);
  }, 60_000);
});
