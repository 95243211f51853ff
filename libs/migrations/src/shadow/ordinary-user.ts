import { readFileSync } from 'node:fs';

/** Whom PostgreSQL runs as. */
export interface OrdinaryUser {
  readonly uid: number;
  readonly gid: number;
}

/** Users that a machine has anyway, by preference. */
const CANDIDATES = ['postgres', 'nobody'];

/** The user to run PostgreSQL as where we are root, which it refuses; undefined = as ourselves. */
export const ordinaryUser = (uid = process.getuid?.(), accounts = '/etc/passwd'): OrdinaryUser | undefined => {
  if (uid !== 0) return undefined;
  const lines = readFileSync(accounts, 'utf8').split('\n');
  const known = new Map(lines.map((line) => [line.split(':')[0], line.split(':')]));
  const fields = CANDIDATES.map((name) => known.get(name)).find((entry) => entry !== undefined);
  if (!fields) throw new Error(`${accounts} knows neither ${CANDIDATES.join(' nor ')}`);
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
};
