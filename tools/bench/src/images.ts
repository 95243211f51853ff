import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VmView } from '@polydev/contract';
import { bundleProgram } from '@polydev/golden-image/bundle';
import { execa } from 'execa';
import type { Measured } from './table';

export interface ImagesBench {
  /** How often what takes seconds is measured. */
  readonly few: number;
  /** How often what takes tenths of a second is. */
  readonly many: number;
}

const AGENT = `require('node:http').createServer((request, response) => response.end(JSON.stringify({
  status: 'ready', image: process.env.IMAGE_ID, version: process.env.AGENT_VERSION, digest: process.env.AGENT_DIGEST,
}))).listen(process.env.PORT, process.env.HOST);\n`;

interface Built {
  readonly timings: { readonly layersMs: number };
}

const writeAgent = (directory: string): void => {
  mkdirSync(directory);
  writeFileSync(join(directory, 'main.js'), AGENT);
  writeFileSync(join(directory, 'package.json'), '{"name":"agent","version":"1.0.0"}\n');
};

/** The program as a server has it: one file, run with Node, in folders of its own that are removed in the end. */
const openProgram = async () => {
  const home = mkdtempSync(join(tmpdir(), 'bench-images-'));
  const agent = join(home, 'agent');
  const file = join(home, 'golden-image.cjs');
  writeFileSync(file, (await bundleProgram()).text);
  writeAgent(agent);
  let edition = 0;
  const run = async <T>(...args: readonly string[]): Promise<T> => {
    const settings = JSON.stringify({ root: join(home, 'images'), driver: 'qemu' });
    const env = { GOLDEN_IMAGE_SETTINGS: settings };
    const { stdout } = await execa(process.execPath, [file, ...args, '--json'], { env });
    return JSON.parse(stdout.split('\n').at(-1) ?? '') as T;
  };
  return {
    run,
    build: () => {
      const digest = edition.toString(16).padStart(64, '0');
      return run<Built>(
        'build',
        `--agent=${agent}`,
        `--sha=${'a'.repeat(40)}`,
        `--digest=${digest}`,
        `--release=r${edition}`,
      );
    },
    change: () => {
      edition += 1;
      appendFileSync(join(agent, 'main.js'), `// edition ${edition}\n`);
    },
    /** Without it, VMs boot. */
    forgetSnapshot: async () => {
      const { active = '' } = await run<{ readonly active?: string }>('status');
      rmSync(join(home, 'images', active, 'snapshot'), { recursive: true, force: true });
    },
    close: async () => {
      await run('vms', 'stop', '--all').catch(() => undefined);
      rmSync(home, { recursive: true, force: true });
    },
  };
};
type Program = Awaited<ReturnType<typeof openProgram>>;

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

const times = async (count: number, work: () => Promise<number>): Promise<readonly number[]> => {
  const runs: number[] = [];
  for (let index = 0; index < count; index += 1) runs.push(await work());
  return runs;
};

/** Starts so many VMs at once, waits until they are ready, and stops them. Returns the time until the last was ready. */
const start = async (program: Program, count: number): Promise<number> => {
  const took = await timed(() =>
    Promise.all(
      Array.from({ length: count }, () => program.run<{ readonly vms: readonly VmView[] }>('vms', 'start', '1')),
    ),
  );
  await program.run('vms', 'stop', '--all');
  return took;
};

/** Measures images from first to last: building, building again, and what starts from them. Takes a few minutes. */
export const benchImages = async ({ few, many }: ImagesBench): Promise<readonly Measured[]> => {
  const program = await openProgram();
  try {
    const first = await timed(program.build);
    const unchanged = await times(many, () => timed(program.build));
    const layers: number[] = [];
    const changed = await times(few, async () => {
      program.change();
      return timed(async () => layers.push((await program.build()).timings.layersMs));
    });
    const restored = await times(few, () => start(program, 1));
    const restoredFour = await times(few, () => start(program, 4));
    await program.forgetSnapshot();
    const booted = await times(few, () => start(program, 1));
    const bootedFour = await times(few, () => start(program, 4));
    return [
      { name: 'first build, all layers, proven and active', runs: [first] },
      { name: 'changed agent: its layers', runs: layers },
      { name: 'changed agent: proven and active', runs: changed },
      { name: 'nothing changed', runs: unchanged },
      { name: 'a VM by a cold boot, until it is ready', runs: booted },
      { name: 'a VM from the snapshot', runs: restored, beside: 'a VM by a cold boot, until it is ready' },
      { name: 'four VMs at once by cold boots', runs: bootedFour },
      { name: 'four VMs at once from the snapshot', runs: restoredFour, beside: 'four VMs at once by cold boots' },
    ];
  } finally {
    await program.close();
  }
};
