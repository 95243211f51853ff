import { execa } from 'execa';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { LintedMigration } from './finding';

/** A line of squawk's report (`--reporter json`, squawk-cli 2.66), of which the lines are counted from 0. */
const reportSchema = z.array(
  z.object({
    file: z.string(),
    line: z.number(),
    rule_name: z.string(),
    message: z.string(),
    help: z.string().nullable(),
  }),
);

export interface SquawkFinding {
  readonly rule: string;
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  readonly instead: string | undefined;
}

/** Rules that say what the engine sees to (timeouts, once and only once), are a matter of taste, or that our own say better. */
const EXCLUDED = [
  ...['prefer-robust-stmts', 'require-lock-timeout', 'require-statement-timeout', 'prefer-text-field'],
  ...[
    'ban-drop-table',
    'ban-drop-column',
    'ban-drop-database',
    'ban-truncate-cascade',
    'renaming-table',
    'renaming-column',
  ],
  ...['adding-required-field', 'adding-field-with-default', 'changing-column-type'],
];

/** Path of squawk's program; undefined where its package has none for this platform. */
export const squawkProgram = (
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
): string | undefined => {
  try {
    const fromPackage = createRequire(require.resolve('squawk-cli/package.json'));
    return fromPackage.resolve(`@squawk-cli/${platform}-${arch}/bin/squawk${platform === 'win32' ? '.exe' : ''}`);
  } catch {
    return undefined;
  }
};

/** How many files one call gets: their names have to fit in its arguments. */
const AT_ONCE = 500;

/**
 * What squawk finds in each of some files, in their order. They are written to a temporary directory: one call for hundreds of files
 * takes as long as a few calls for one. Its own settings file is left out: what counts is said in one place. Throws where it cannot be
 * run.
 */
export const runSquawk = async (
  program: string,
  migrations: readonly LintedMigration[],
): Promise<readonly (readonly SquawkFinding[])[]> => {
  const found = migrations.map((): SquawkFinding[] => []);
  const directory = mkdtempSync(join(tmpdir(), 'polydev-lint-'));
  try {
    const numbers = migrations.map((_, number) => number);
    for (const mode of ['file', 'none'] as const) {
      const own = numbers.filter((number) => migrations[number]?.transaction === mode);
      for (let at = 0; at < own.length; at += AT_ONCE) {
        const part = own.slice(at, at + AT_ONCE);
        part.forEach((number) => writeFileSync(join(directory, fileOf(number)), migrations[number]?.sql ?? ''));
        const report = await call(program, { directory, files: part.map(fileOf), inTransaction: mode === 'file' });
        report.forEach(({ file, ...finding }) => found[Number.parseInt(file)]?.push(finding));
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return found;
};

const fileOf = (number: number) => `${number}.sql`;

const call = async (
  program: string,
  run: { readonly directory: string; readonly files: readonly string[]; readonly inTransaction: boolean },
): Promise<readonly (SquawkFinding & { readonly file: string })[]> => {
  const argv = ['--reporter', 'json', '--config', '/dev/null', '--exclude', EXCLUDED.join(',')];
  const mode = run.inTransaction ? ['--assume-in-transaction'] : [];
  const { stdout } = await execa(program, [...argv, ...mode, ...run.files], {
    cwd: run.directory,
    extendEnv: false,
    env: {},
    // 1 is that it found something.
    reject: false,
  });
  return reportSchema.parse(JSON.parse(stdout)).map(({ file, line, rule_name: rule, message, help }) => ({
    file,
    rule,
    line: line + 1,
    text: message,
    instead: help ?? undefined,
  }));
};
