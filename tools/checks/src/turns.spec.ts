import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { TURN, turnOf } from './turns';

const ROOT = resolve(__dirname, '../../..');

const withSeed = (seed: string, more: Readonly<Record<string, string>> = {}) => {
  const before = { ...process.env };
  delete process.env['POLYDEV_TRIALS'];
  Object.assign(process.env, { POLYDEV_SEED: seed }, more);
  try {
    return turnOf(ROOT);
  } finally {
    process.env = before;
  }
};

/** The files of a project that Jest would run. */
const listed = async (project: string, env: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  const { stdout } = await execa('jest', ['--listTests', '--testMatch=**/*.{story,real}.spec.ts'], {
    cwd: join(ROOT, project),
    preferLocal: true,
    localDir: ROOT,
    env,
  });
  return stdout.split('\n').filter((line) => line.startsWith('/'));
};

const SEEDS = Array.from({ length: 40 }, (_, index) => `commit ${index}`);

test('every story has its turn, with the same commit always the same', () => {
  const turns = SEEDS.map((seed) => withSeed(seed)!);
  const leftOut = new Set(turns.flatMap((turn) => turn.leftOut));
  for (const file of leftOut) {
    expect([file, existsSync(join(ROOT, file))]).toEqual([file, true]);
    expect(turns.some((turn) => !turn.leftOut.includes(file))).toBe(true);
  }
  expect(SEEDS.map((seed) => withSeed(seed)!)).toEqual(turns);
  expect(turns[0]!.says).toContain('POLYDEV_TRIALS=all');
});

test('the long run leaves nothing out', () => {
  expect(withSeed('commit', { POLYDEV_TRIALS: 'all' })).toBeUndefined();
});

test('Jest runs just those whose turn it is, and all of them where nobody speaks of turns', async () => {
  const project = 'tools/nx-deploy';
  const all = await listed(project, { [TURN]: '' });
  const { turn, leftOut } = withSeed('commit')!;
  const ours = leftOut.filter((file) => file.startsWith(project)).map((file) => join(ROOT, file));
  expect(ours).not.toEqual([]);
  expect(all).toEqual(expect.arrayContaining(ours));
  const now = await listed(project, { [TURN]: turn });
  expect([...now].sort()).toEqual(all.filter((file) => !ours.includes(file)).sort());
});
