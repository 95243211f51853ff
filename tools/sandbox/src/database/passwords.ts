import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/** Who logs in to the sandbox's database. */
export interface Passwords {
  /** Of the role that owns the database, which migrations are run as. */
  readonly owner: string;
  /** Of the role of the master-controller's service. */
  readonly controller: string;
}

/** Letters and digits, so that they stand in a connection string and in SQL as they are. */
const newPassword = (): string => randomBytes(24).toString('hex');

/** Makes new passwords and writes them to a file that nobody else can read. */
export function writePasswords(file: string): Passwords {
  const passwords = { owner: newPassword(), controller: newPassword() };
  writeFileSync(file, `${JSON.stringify(passwords, undefined, 2)}\n`, { mode: 0o600 });
  return passwords;
}

/** Throws an Error with one sentence where the file is missing or damaged: nobody gets into the database then. */
export function readPasswords(file: string): Passwords {
  try {
    const { owner, controller } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Passwords>;
    if (owner && controller) return { owner, controller };
  } catch {
    // said below
  }
  throw new Error(`${file} does not hold the database's passwords; remove its folder for a new, empty database`);
}
