import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProgram } from '@polydev/golden-image/bundle';
import { execa } from 'execa';

const AGENT = `require('node:http').createServer((request, response) => response.end(JSON.stringify({
  status: 'ready', image: process.env.IMAGE_ID, version: process.env.AGENT_VERSION, digest: process.env.AGENT_DIGEST,
}))).listen(process.env.PORT, process.env.HOST);\n`;

const PROGRAM = 'golden-image.cjs';

interface Built {
  readonly timings: { readonly layersMs: number };
}

/** How the program ended that was to build an image of an agent: the last line that it said. */
export interface Ended {
  readonly code?: string;
  readonly message?: string;
}

/** Runs the program in a home; returns the last line that it said. */
const lastLine = async <T>(home: string, args: readonly string[], options: { reject: boolean }): Promise<T> => {
  const env = { GOLDEN_IMAGE_SETTINGS: JSON.stringify({ root: join(home, 'images'), driver: 'qemu' }) };
  const { stdout } = await execa(process.execPath, [join(home, PROGRAM), ...args, '--json'], { env, ...options });
  return JSON.parse(stdout.split('\n').at(-1) ?? '') as T;
};

/** The program as a server has it: one file, run with Node, in folders of its own that are removed in the end. */
export const openProgram = async () => {
  const home = mkdtempSync(join(tmpdir(), 'bench-images-'));
  const agent = join(home, 'agent');
  writeFileSync(join(home, PROGRAM), (await bundleProgram()).text);
  mkdirSync(agent);
  writeFileSync(join(agent, 'package.json'), '{"name":"agent","version":"1.0.0"}\n');
  let edition = 0;
  /** Writes another edition of an agent. */
  const write = (text: string) => {
    edition += 1;
    writeFileSync(join(agent, 'main.js'), `${text}// edition ${edition}\n`);
  };
  const run = <T>(...args: readonly string[]): Promise<T> => lastLine<T>(home, args, { reject: true });
  const buildArguments = () => {
    const digest = edition.toString(16).padStart(64, '0');
    return ['build', `--agent=${agent}`, `--sha=${'a'.repeat(40)}`, `--digest=${digest}`, `--release=r${edition}`];
  };
  write(AGENT);
  return {
    run,
    build: () => run<Built>(...buildArguments()),
    change: () => write(AGENT),
    /** Builds an image of an agent that is expected to be no good. */
    buildBad: (text: string) => {
      write(text);
      return lastLine<Ended>(home, buildArguments(), { reject: false });
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
export type Program = Awaited<ReturnType<typeof openProgram>>;
