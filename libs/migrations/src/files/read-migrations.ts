import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { migrationDirectoryMissing, migrationFilesInvalid, printableName } from '@polydev/errors';
import type { Migration } from '../migration';
import { checkStatements } from './check-statements';
import { directivesOf } from './directives';
import { parseFileName } from './file-name';
import { statementsOf } from './statements';

/**
 * The migrations of a directory by rising version. Files that do not end in `.sql` and folders are left alone. Throws
 * MIGRATION_DIRECTORY_MISSING, and MIGRATION_FILES_INVALID with every problem of every file at once.
 */
export const readMigrations = (directory: string): Migration[] => {
  const files = sqlFilesIn(directory).map((file) => readMigration(directory, file));
  const migrations = files.flatMap((one) => ('migration' in one ? [one.migration] : []));
  const problems = [...files.flatMap((one) => one.problems), ...duplicates(migrations)];
  if (problems.length > 0) throw migrationFilesInvalid({ directory, problems });
  return migrations.sort((a, b) => (a.version < b.version ? -1 : 1));
};

const sqlFilesIn = (directory: string): readonly string[] => {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) throw migrationDirectoryMissing({ directory });
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && /\.sql$/i.test(entry.name))
    .map(({ name }) => name)
    .sort();
};

type ReadFile = { readonly problems: readonly string[]; readonly migration?: Migration };

const readMigration = (directory: string, file: string): ReadFile => {
  const named = parseFileName(file);
  const text = textOf(join(directory, file));
  const problems = [
    ...('problem' in named ? [named.problem] : []),
    ...(typeof text === 'string' ? [] : [text.problem]),
  ];
  if ('problem' in named || typeof text !== 'string') return { problems: problems.map((one) => about(file, one)) };
  const sql = normalised(text);
  const parts = statementsOf(sql);
  const { transaction, allowed, problems: misread } = directivesOf(parts);
  const wrong = [...misread, ...checkStatements(parts, transaction)];
  const checksum = createHash('sha256').update(sql).digest('hex');
  const found = wrong.sort((a, b) => a.line - b.line).map(({ line, text: what }) => about(`${file}:${line}`, what));
  return { problems: found, migration: { ...named, file, sql, checksum, transaction, allowed } };
};

const about = (place: string, what: string) => `${printableName(place)}: ${what}`;

/** As it is hashed and applied: what an editor or git does to line ends on another system changes nothing. */
const normalised = (text: string): string => {
  const lines = text.replaceAll('\r\n', '\n');
  return lines.endsWith('\n') ? lines : `${lines}\n`;
};

/** The file's text without a byte order mark, or what keeps it from being read, as a clause. */
const textOf = (path: string): string | { readonly problem: string } => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
    return text.includes('\0') ? { problem: 'it holds a NUL character, which PostgreSQL cannot store' } : text;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      problem: code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : `it cannot be read (${code})`,
    };
  }
};

const duplicates = (migrations: readonly Migration[]): readonly string[] =>
  [...new Set(migrations.map(({ version }) => version))].flatMap((version) => {
    const same = migrations.filter((one) => one.version === version).map(({ file }) => printableName(file));
    return same.length > 1 ? [`${same.join(', ')}: they have the same version, so their order is not known`] : [];
  });
