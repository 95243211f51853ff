import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../drivers/driver';
import { statementsOf } from '../files';
import type { Migration } from '../migration';
import type { OrdinaryUser } from './ordinary-user';

/** Names of the extensions that migrations make, as they write them. */
export const extensionsIn = (migrations: readonly Pick<Migration, 'sql'>[]): readonly string[] => {
  const statements = migrations.flatMap(({ sql }) => statementsOf(sql).statements);
  const names = statements.flatMap(({ tokens }) => {
    if (tokens[0]?.text !== 'create' || tokens[1]?.text !== 'extension') return [];
    const name = tokens[tokens[2]?.text === 'if' ? 5 : 2];
    return name ? [name.text] : [];
  });
  return [...new Set(names)].sort();
};

/** Those of the extensions that a server cannot make. */
export const missingExtensions = async (
  database: Pick<Database, 'rows'>,
  wanted: readonly string[],
): Promise<readonly string[]> => {
  const rows = await database.rows<{ readonly name: string }>('select name from pg_catalog.pg_available_extensions');
  const there = new Set(rows.map(({ name }) => name));
  return wanted.filter((name) => !there.has(name));
};

/** What an extension's name may be made of to become a file's name. */
const SAFE_NAME = /^[a-z0-9_-]+$/i;

/**
 * Puts an empty extension in the place of each that the server does not come with, so that `create extension` goes through. What
 * leans on its types and functions fails on the shadow; `shadowCannotJudge` tells that from a mistake.
 */
export const putStandIns = (directory: string, names: readonly string[], user: OrdinaryUser | undefined): void => {
  // The server looks in `extension` below each directory of `extension_control_path`.
  const place = join(directory, 'extension');
  mkdirSync(place, { recursive: true });
  const put = (file: string, text: string) => writeFileSync(join(place, file), text);
  names
    .filter((name) => SAFE_NAME.test(name))
    .forEach((name) => {
      put(
        `${name}.control`,
        "comment = 'stand-in on a shadow database'\ndefault_version = '0'\nrelocatable = true\ntrusted = true\n",
      );
      put(`${name}--0.sql`, '-- nothing\n');
    });
  if (user) chownSync(place, user.uid, user.gid);
};
