import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Texts of migrations by short names: `'1_one'` stands for `20260101000001_one.sql`; a whole file's name for itself. */
export type Texts = Readonly<Record<string, string | Uint8Array>>;

/** A directory of migrations of a test's own. */
export interface MigrationFiles {
  readonly directory: string;
  /** Writes or overwrites files. */
  readonly write: (texts: Texts) => void;
  readonly remove: (name: string) => void;
  readonly close: () => void;
}

/** Makes an empty directory for migrations. */
export const makeFiles = (): MigrationFiles => {
  const directory = mkdtempSync(join(tmpdir(), 'polydev-files-'));
  const path = (name: string) => join(directory, fileName(name));
  return {
    directory,
    write: (texts) => Object.entries(texts).forEach(([name, text]) => writeFileSync(path(name), text)),
    remove: (name) => rmSync(path(name)),
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
};

/** The version that a short name's number stands for. */
export const versionOf = (number: number): string => `202601010${String(number).padStart(5, '0')}`;

const fileName = (name: string): string => {
  const [, number, rest] = /^(\d{1,5})_(.*)$/.exec(name) ?? [];
  return number === undefined ? name : `${versionOf(Number(number))}_${rest ?? ''}.sql`;
};
