import { migrationLintBlocks } from '@polydev/errors';
import type { Database } from '../drivers/driver';
import { blocking, lintMigrations, readLintFacts } from '../lint';
import type { Migration } from '../migration';
import type { Report } from './events';

/** Lints what is pending and reports what was found. Throws MIGRATION_LINT_BLOCKS for what no file answers for. */
export const inspect = async (
  { database, report }: { readonly database: Database; readonly report: Report },
  pending: readonly Migration[],
): Promise<void> => {
  const lint = await lintMigrations(pending, await readLintFacts(database));
  const stops = blocking(lint);
  lint.notes.forEach((text) => report({ event: 'note', text }));
  // Those that stop the run are all in the error.
  lint.findings.filter((one) => !stops.includes(one)).forEach((finding) => report({ event: 'finding', finding }));
  if (stops.length > 0) throw migrationLintBlocks({ findings: stops });
};
