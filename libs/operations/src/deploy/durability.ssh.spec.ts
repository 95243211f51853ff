import { dirname, join } from 'node:path';
import { describeWith } from '@polydev/host/testing';
import { traced, type Call } from '../../testing/trace';
import { app, createWorld, type World } from '../../testing/world';
import { deployTarget } from '../index';

/**
 * What a power cut can take is what the kernel was not told to bring to disk. No test here can cut the power of a real
 * disk; so the order of the system calls is asserted, as a server made them.
 */
describeWith('strace', 'strace')('what a deploy writes, as the kernel saw it', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());

  const deploy = (version: string) => {
    const environment = w.environment();
    const artifactDirectory = w.artifact({ 'main.js': app(version), 'public/a.txt': version });
    const [target] = environment.targets;
    return deployTarget({
      environment,
      target: target!,
      artifactDirectory,
      head: w.head(),
      report: () => undefined,
      signal: new AbortController().signal,
    });
  };

  it('every file is on disk before it gets its name, every name before the next step, and every journal line at once', async () => {
    await deploy('v1');
    let outcome = '';
    const calls = await traced(w.sshd, join(w.root, 'trace'), async () => {
      outcome = (await deploy('v2')).outcome;
    });
    expect(outcome).toBe('moved');
    const renames = calls.flatMap((call, index) => {
      const [from = '', to = ''] = call.paths.filter((path) => path.startsWith(w.root) && path !== w.root).slice(-2);
      return call.name.startsWith('rename') && to.startsWith(join(w.root, 'opt')) ? [{ index, from, to }] : [];
    });
    const names = renames.map(({ to }) => to.slice(join(w.root, 'opt').length));
    expect(names).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^\/state\/targets\/app\/releases\/[^/]+$/),
        '/app',
        '/state/targets/app/target.json',
      ]),
    );
    const unsafe = renames.filter(
      ({ index, from, to }) => !isSafeBefore(calls, index, from) || !isSafeAfter(calls, index, to),
    );
    expect(unsafe.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);

    const journal = join(w.stateDir, 'targets/app/journal.jsonl');
    const ofJournal = calls.filter(({ paths }) => paths[0] === journal).map(({ name }) => name);
    const lines = ofJournal.filter((name) => name === 'write').length;
    expect(lines).toBeGreaterThan(10);
    expect(ofJournal.flatMap((name, index) => (name === 'write' ? [ofJournal[index + 1]] : []))).toEqual(
      Array.from({ length: lines }, () => 'fsync'),
    );
  });
});

const SYNC_ALL = ['sync', 'syncfs'];
const SYNC = ['fsync', 'fdatasync'];
const WRITES = ['write', 'pwrite64', 'writev', 'sendfile', 'copy_file_range'];

/** Whether all that was written to a file, or below a directory, was synced before it was renamed. */
const isSafeBefore = (calls: readonly Call[], rename: number, from: string): boolean => {
  const before = calls.slice(0, rename);
  const isOf = (path: string) => path === from || path.startsWith(`${from}/`);
  const written = before.findLastIndex(({ name, paths }) => WRITES.includes(name) && paths.some(isOf));
  if (written < 0) return true;
  return before
    .slice(written)
    .some(({ name, paths }) => SYNC_ALL.includes(name) || (SYNC.includes(name) && paths.some((path) => path === from)));
};

/** Whether the directory that holds the new name was synced after the rename, before anything else got a name there. */
const isSafeAfter = (calls: readonly Call[], rename: number, to: string): boolean => {
  const parent = dirname(to);
  const after = calls.slice(rename + 1);
  return after.some(
    ({ name, paths }) => SYNC_ALL.includes(name) || (SYNC.includes(name) && paths.some((path) => path === parent)),
  );
};
