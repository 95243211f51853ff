import type { Report } from '@polydev/reporting';
import type { DatabaseInput } from './connect';
import { statusOfDatabase } from './status';
import { databaseStatusEvents } from './status-output';

export interface ShowDatabaseStatusInput extends DatabaseInput {
  readonly report: Report;
  readonly json: boolean;
  /** Newest migrations that are shown to people; undefined = all. */
  readonly limit: number | undefined;
}

/** Shows every migration that files or database know of. Throws what keeps the database from being asked. */
export const showDatabaseStatus = async ({
  report,
  json,
  limit,
  ...input
}: ShowDatabaseStatusInput): Promise<boolean> => {
  const status = await statusOfDatabase(input);
  if (json) report({ kind: 'result', value: status });
  else databaseStatusEvents(status, limit).forEach(report);
  return true;
};
