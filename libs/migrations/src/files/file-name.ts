/** Supabase's form: `20261120090000_create_deployments.sql`. */
const FORM = /^(\d{14})_([A-Za-z0-9][A-Za-z0-9_-]*)\.sql$/;

/** Longest name that fits a column of Supabase's history and a line of a terminal. */
const LONGEST = 120;

/** Version and name of a migration's file, or what is wrong with its name, as a clause. */
export const parseFileName = (
  file: string,
): { readonly version: string; readonly name: string } | { readonly problem: string } => {
  const [, version, name] = FORM.exec(file) ?? [];
  if (!version || !name) return { problem: problemOf(file) };
  return name.length > LONGEST ? { problem: `its name is longer than ${LONGEST} characters` } : { version, name };
};

const problemOf = (file: string): string => {
  const digits = /^\d*/.exec(file)?.[0].length ?? 0;
  if (/\.(down|undo|revert)\.sql$/i.test(file)) return 'migrations only go forward, so there is no file to undo one';
  if (digits !== 14) {
    return `its name begins with ${digits === 0 ? 'no digits' : `${digits} digits`}, not with the 14 of a version (yyyymmddhhmmss)`;
  }
  return 'after the version its name is `_`, then letters, digits, `_` and `-`, then `.sql`';
};
