import { isOpsError } from '@polydev/errors';
import type { BegunMigration, DatabaseOutcome } from '@polydev/operations';
import { type DatabaseInput, withDatabase } from './connect';
import { engine } from './engine';

/**
 * How a migration ended that was begun and told no more, as its database says; `unknown` while it runs, where the database cannot be
 * asked, or where the manifest has none of that name any more.
 */
export const askDatabase = async (
  { target, ...begun }: BegunMigration,
  input: Omit<DatabaseInput, 'database'>,
): Promise<DatabaseOutcome> => {
  const unknown = { outcome: 'unknown', schema: begun.schema } as const;
  const database = input.environment.databases?.find(({ name }) => name === target);
  if (!database) return unknown;
  try {
    const { howItEnded } = await engine();
    const ended = await withDatabase({ ...input, database }, (opened) => howItEnded(opened, begun));
    return ended.outcome === 'running' ? unknown : ended;
  } catch (error) {
    if (!isOpsError(error)) throw error;
    return unknown;
  }
};
