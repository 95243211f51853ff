import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { imagesLayout } from '../layout';
import { claimNumber, releaseClaims } from './claims';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'claims-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const claimant = (vm: string, lives: readonly string[] = []) => ({
  vm,
  lives: async (other: string) => lives.includes(other),
  usable: async () => true,
});
const claim = (vm: string, numbers: readonly number[] = [2, 3]) =>
  claimNumber(imagesLayout(root), numbers, claimant(vm));

it('two VMs never have one number, and a number that is given back is taken again', async () => {
  expect([await claim('vm-a'), await claim('vm-b'), await claim('vm-c')]).toEqual([2, 3, undefined]);
  await releaseClaims(imagesLayout(root), 'vm-a');
  expect(await claim('vm-c')).toBe(2);
});

it('a number that this machine uses for something else is passed over', async () => {
  const busy = { ...claimant('vm-a'), usable: async (number: number) => number !== 2 };
  expect(await claimNumber(imagesLayout(root), [2, 3], busy)).toBe(3);
});

/** A claim of a process that is gone: no process was started at tick 1 of another boot. */
const dead = JSON.stringify({ pid: process.pid, started: 'another-boot/1' });

it('the number of a starter that died is free, unless its VM lives', async () => {
  const layout = imagesLayout(root);
  mkdirSync(layout.claims);
  for (const file of ['2-vm-gone', '3-vm-lives']) writeFileSync(join(layout.claims, file), dead);
  expect(await claimNumber(layout, [3, 2], claimant('vm-a', ['vm-lives']))).toBe(2);
  expect(readdirSync(layout.claims).sort()).toEqual(['2-vm-a', '3-vm-lives']);
});

it('the number of a claim that a disk broke is free', async () => {
  const layout = imagesLayout(root);
  mkdirSync(layout.claims);
  const broken = ['', '{"pi', 'null', '{"pid":"1"}', '[]'];
  broken.forEach((text, index) => writeFileSync(join(layout.claims, `2-vm-${index}`), text));
  expect(await claim('vm-a', [2])).toBe(2);
  expect(readdirSync(layout.claims)).toEqual(['2-vm-a']);
});

it('a number is not taken for a longer one that begins with it', async () => {
  expect(await claim('vm-a', [20])).toBe(20);
  expect(await claim('vm-b', [2])).toBe(2);
});

it('many starters at the same time share the numbers without a clash', async () => {
  const program = join(root, 'claimer.cjs');
  buildSync({
    entryPoints: [join(__dirname, 'testing', 'claimer.ts')],
    bundle: true,
    platform: 'node',
    outfile: program,
  });
  const starters = Array.from({ length: 4 }, () =>
    spawn(process.execPath, [program, root, '6', '24'], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const got = await Promise.all(
    starters.map(async (starter) => {
      const [line] = await once(createInterface({ input: starter.stdout }), 'line');
      return JSON.parse(line) as number[];
    }),
  );
  const all = got.flat().sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
  starters.forEach((starter) => starter.kill());
  await Promise.all(starters.map((starter) => once(starter, 'exit')));
  // Their numbers are free with their end: nobody has to clean up.
  expect(await claim('vm-after', [1])).toBe(1);
});
