import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { sampleStore } from './testing/sample-store';

const SWAPS = 1_000;

describe('another process that reads the active image over and over', () => {
  const store = sampleStore();
  let reader: ChildProcess | undefined;
  afterAll(() => {
    reader?.kill('SIGKILL');
    store.remove();
  });

  it(`sees a whole image each time while it is swapped ${SWAPS} times`, async () => {
    const [one, two] = [await store.deploy('one'), await store.deploy('two')];
    const program = join(store.root, 'reader.cjs');
    buildSync({
      entryPoints: [join(__dirname, 'testing/active-reader.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
    });
    const reading = spawn(process.execPath, [program, store.root], { stdio: ['ignore', 'pipe', 'inherit'] });
    reader = reading;
    const lines = createInterface(reading.stdout)[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('reading');
    for (let swap = 0; swap < SWAPS; swap += 1) await store.makeActive(swap % 2 === 0 ? one : two);
    writeFileSync(join(store.root, 'stop'), '');
    const { seen, faults } = JSON.parse((await lines.next()).value) as { seen: object; faults: unknown[] };
    if (reading.exitCode === null) await once(reading, 'exit');
    expect(faults).toEqual([]);
    expect(Object.keys(seen).sort()).toEqual([one, two].sort());
  }, 240_000);
});
