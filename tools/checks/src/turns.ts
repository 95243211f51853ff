import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The environment variable by which `jest.preset.cjs` is told whose turn it is; without it all stories run. */
export const TURN = 'POLYDEV_TURN';

const TABLE = 'tools/checks/turns.json';

/** Files with long stories, a list for each turn. Each check runs those of one turn, which the commit chooses. */
const turnsOf = (root: string): readonly (readonly string[])[] => {
  const file = join(root, TABLE);
  if (!existsSync(file)) return [];
  const turns = JSON.parse(readFileSync(file, 'utf8')) as readonly (readonly string[])[];
  const missing = turns.flat().filter((name) => !existsSync(join(root, name)));
  if (missing.length > 0) throw new Error(`${TABLE} names files that are not there: ${missing.join(', ')}`);
  return turns;
};

/** As for samples within a file (`sample` of @polydev/operations/testing): what is looked for again is named by `POLYDEV_SEED`. */
const seedOf = (root: string): string =>
  process.env['POLYDEV_SEED'] ??
  execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();

export interface Turn {
  /** Which of the turns it is, from 0, as an environment variable takes it. */
  readonly turn: string;
  readonly leftOut: readonly string[];
  /** For people: what is left out, and how it is run. */
  readonly says: string;
}

/**
 * Whose turn it is with this commit; undefined where everything runs: there are no turns, or `POLYDEV_TRIALS=all` asks for all. Throws an
 * Error where the table names a file that is not there.
 */
export const turnOf = (root: string): Turn | undefined => {
  const turns = turnsOf(root);
  if (process.env['POLYDEV_TRIALS'] === 'all' || turns.length === 0) return undefined;
  const seed = seedOf(root);
  const turn = createHash('sha256').update(seed).digest().readUInt32BE() % turns.length;
  const leftOut = turns.flatMap((files, index) => (index === turn ? [] : files));
  const says = [
    `Long stories take turns, one list a commit: ${turn + 1} of ${turns.length} with ${seed}. Left out this time, all of them with POLYDEV_TRIALS=all:`,
    ...leftOut.map((file) => `  ${file}`),
  ].join('\n');
  return { turn: String(turn), leftOut, says };
};
