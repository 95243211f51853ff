import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describeVm, SAMPLE_AGENTS, SAMPLE_ROOT, sampleImage } from '../../testing';
import { bundleProgram } from '../bundle/bundle-program';

const hash = (of: string) => createHash('sha256').update(of).digest('hex');

describeVm('the program, with real VMs', () => {
  let folder: string;
  let root: string;
  let program: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'program-vm-'));
    root = join(folder, 'images');
    program = join(folder, 'golden-image.cjs');
    writeFileSync(program, (await bundleProgram()).text);
    // Kernel and base of other tests: what is tested here is not how they are built.
    await sampleImage('good');
    cpSync(join(SAMPLE_ROOT, 'layers'), join(root, 'layers'), { recursive: true, preserveTimestamps: true });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const environment = () => ({
    PATH: process.env['PATH'],
    // Generous: other tests boot VMs on the same processors.
    GOLDEN_IMAGE_SETTINGS: JSON.stringify({ root, driver: 'qemu', keep: 0, readyTimeoutMs: 60_000 }),
  });
  const buildArguments = (text: string): string[] => {
    const agent = mkdtempSync(join(folder, 'agent-'));
    writeFileSync(join(agent, 'main.js'), text);
    writeFileSync(join(agent, 'package.json'), '{"name":"agent","version":"1.2.3"}');
    return ['build', `--agent=${agent}`, `--sha=${shaOf(text)}`, `--digest=${hash(text)}`, '--release=r1', '--json'];
  };
  const shaOf = (text: string) => hash(`commit of ${text}`).slice(0, 40);
  const run = (args: readonly string[]): Promise<Record<string, unknown>> =>
    new Promise((resolve) => {
      execFile(process.execPath, [program, ...args], { env: environment() }, (_, out) =>
        resolve(JSON.parse(out.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>),
      );
    });
  /** Processes that were started for a VM below the root. */
  const vmProcesses = (): readonly string[] =>
    readdirSync('/proc').filter((name) => {
      if (!/^\d+$/.test(name)) return false;
      try {
        return readFileSync(`/proc/${name}/environ`, 'utf8').includes(`=${root}/`);
      } catch {
        return false;
      }
    });

  it('builds, is killed while a VM boots, cleans up after itself, starts clones and goes back', async () => {
    const [one, two] = [SAMPLE_AGENTS.good, `${SAMPLE_AGENTS.good}// two`];
    const first = await run(buildArguments(one));
    expect(first).toMatchObject({ outcome: 'activated', verdict: 'ready', driver: 'qemu', kind: 'vm' });
    // Only a clone that became ready was measured.
    expect(first['restoreMs']).toEqual(expect.any(Number));

    const args = buildArguments(two);
    const doomed = spawn(process.execPath, [program, ...args], {
      env: environment(),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    for await (const line of createInterface(doomed.stdout)) {
      if (!line.includes('"validate"')) continue;
      while (vmProcesses().length === 0) await new Promise((later) => setTimeout(later, 20));
      doomed.kill('SIGKILL');
    }
    if (doomed.signalCode === null) await once(doomed, 'exit');
    // What was being tried ends with who tried it; what it had half done lies there still.
    while (vmProcesses().length > 0) await new Promise((later) => setTimeout(later, 20));
    expect(readdirSync(join(root, 'work'))).not.toEqual([]);
    expect(await run(['status', '--json'])).toMatchObject({ active: first['id'] });

    const second = await run(args);
    expect(second).toMatchObject({ outcome: 'activated', previous: first['id'], rebuilt: [] });
    expect(vmProcesses()).toEqual([]);
    expect(readdirSync(join(root, 'work'))).toEqual([]);

    const started = (await run(['vms', 'start', '--json'])) as { vms: [{ address: string; image: string }] };
    expect(started.vms[0].image).toBe(second['id']);
    const answer = await (await fetch(`${started.vms[0].address}/health`)).json();
    expect(answer).toMatchObject({ status: 'ready', image: second['id'], digest: hash(two) });
    expect(await run(['vms', 'stop', '--all', '--json'])).toMatchObject({ vms: [{ image: second['id'] }] });
    expect(vmProcesses()).toEqual([]);

    expect(await run(['rollback', `--sha=${shaOf(one)}`, '--json'])).toMatchObject({
      id: first['id'],
      from: second['id'],
      verdict: 'ready',
    });
  }, 900_000);
});
