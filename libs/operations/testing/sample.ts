import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';

/** Tries of a long list that a usual test run takes; `POLYDEV_TRIALS=all`, as in the long run, takes every one. */
const SAMPLE = 3;

/**
 * A sample of a list that takes long to go through as a whole, the same for all runs of one commit; in order, and
 * always with the last one. The choice is printed, as a failure has to be found again.
 */
export const sample = <T>(what: string, all: readonly T[], size = SAMPLE): readonly T[] => {
  if (process.env['POLYDEV_TRIALS'] === 'all' || all.length <= size) return all;
  const seed = seedOfCommit();
  const chosen = all
    .map((item, index) => ({ index, item, rank: index === all.length - 1 ? '' : hash(`${seed} ${what} ${index}`) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, size)
    .sort((a, b) => a.index - b.index);
  const numbers = chosen.map(({ index }) => index + 1).join(', ');
  process.stderr.write(`${what}: ${numbers} of ${all.length}, by commit ${seed}; all of them: POLYDEV_TRIALS=all\n`);
  return chosen.map(({ item }) => item);
};

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

const seedOfCommit = (): string => {
  const given = process.env['POLYDEV_SEED'];
  if (given) return given;
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: __dirname, encoding: 'utf8' }).trim();
  } catch {
    return 'none';
  }
};
