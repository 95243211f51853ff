import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { OrdinaryUser } from './ordinary-user';
import type { PostgresPrograms } from './programs';
import { runProgram } from './run-program';

/** Where a cluster's directories come from. */
export interface ClusterSource {
  readonly programs: PostgresPrograms;
  readonly user: OrdinaryUser | undefined;
  /** See `cacheDirectory`. */
  readonly cache: string;
  /** Where clusters run; undefined = below `cache`. */
  readonly running?: string | undefined;
}

/**
 * The data directory of a cluster that was initialised and never started, which is copied for each shadow: made once per version
 * (0.8 s), under another name first, so that several processes may do so at once and a killed one leaves nothing that is taken for
 * a template. Throws SHADOW_PROGRAM_FAILED.
 */
export const templateDirectory = async (source: ClusterSource): Promise<string> => {
  const { programs, user, cache } = source;
  const owner = user?.uid ?? process.getuid?.() ?? 0;
  const template = join(cache, `template-${programs.version}-${owner}`);
  if (existsSync(join(template, 'PG_VERSION'))) return template;
  const making = `${template}.${process.pid}-${randomBytes(4).toString('hex')}`;
  makeOwned(making, user);
  try {
    await runProgram([join(programs.root, 'bin/initdb'), '--pgdata', making, ...INITDB_OPTIONS], user);
    publish(making, template);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return template;
};

/** `trust`: who may open the socket is said by its directory's rights. `C.UTF-8` of PostgreSQL's own: alike on every machine. */
const INITDB_OPTIONS = [
  ...['--username', 'postgres', '--auth', 'trust', '--encoding', 'UTF8'],
  ...['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'],
  ...['--no-sync', '--no-instructions'],
];

/** A directory that only the user PostgreSQL runs as gets into. */
export const makeOwned = (directory: string, user: OrdinaryUser | undefined): void => {
  mkdirSync(directory, { mode: 0o700 });
  if (user) chownSync(directory, user.uid, user.gid);
};

/** A directory that is not empty cannot be renamed over: whoever was first has made the template. */
const publish = (made: string, template: string): void => {
  try {
    renameSync(made, template);
  } catch (error) {
    if (!existsSync(join(template, 'PG_VERSION'))) throw error;
  }
};
