import type { DatabaseStatus } from '@polydev/contract';
import { isOpsError, type OpsError } from '@polydev/errors';
import { type DatabaseInput } from './connect';
import { pendingOf, statusOfDatabase } from './status';

/** A database of an environment: its status, or why it could not be asked for it. */
export type AskedDatabase =
  { readonly target: string; readonly environment: string; readonly trouble: OpsError } | DatabaseStatus;

/** Asks every database of an environment. One that cannot be asked is an answer too. */
export const askDatabases = ({
  environment,
  ...input
}: Omit<DatabaseInput, 'database'>): Promise<readonly AskedDatabase[]> =>
  Promise.all(
    (environment.databases ?? []).map(async (database) => {
      try {
        return await statusOfDatabase({ ...input, environment, database });
      } catch (trouble) {
        if (!isOpsError(trouble)) throw trouble;
        return { target: database.name, environment: environment.name, trouble };
      }
    }),
  );

/** As programs read it. Pure. */
export const databaseResult = (asked: AskedDatabase): unknown =>
  'trouble' in asked ? { ...asked, trouble: { code: asked.trouble.code, message: asked.trouble.message } } : asked;

/** Its line in a table of targets with release, SHA, health and URL. Pure. */
export const databaseRow = (asked: AskedDatabase): readonly string[] => {
  if ('trouble' in asked) return [asked.target, 'unknown', '', 'unreachable', ''];
  const pending = pendingOf(asked).length;
  const schema = asked.schemaVersion === undefined ? 'none' : `schema ${asked.schemaVersion}`;
  return [asked.target, schema, '', pending === 0 ? 'up to date' : `${pending} pending`, asked.address];
};

/** What a person has to know of it; nothing where all is well. Files that are not applied yet are no trouble. Pure. */
export const databaseTrouble = (asked: AskedDatabase): readonly { readonly text: string; readonly hint: string }[] => {
  const hint = `\`npx nx run ${asked.target}:status\` says more.`;
  if ('trouble' in asked) return [{ text: `${asked.target} could not be asked: ${asked.trouble.message}`, hint }];
  const bad = asked.migrations.filter(({ state }) => TROUBLES.includes(state));
  if (bad.length === 0) return [];
  const names = bad.map(({ version, name, state }) => `${version}_${name} (${state})`).join(', ');
  return [{ text: `${asked.target} is not as its files say: ${names}.`, hint }];
};

const TROUBLES = ['drifted', 'failed', 'running'];
