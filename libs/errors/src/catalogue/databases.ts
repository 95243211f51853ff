import { OpsError } from '../ops-error';

export const DATABASE_CODES = [
  'NOT_A_DATABASE',
  'DATABASE_NOT_ROLLED_BACK',
  'DATABASE_HAS_NO_LOCK',
  'RELEASE_NEEDS_NEWER_SCHEMA',
] as const;

/** `migrate` of a target that the manifest has without migrations. */
export const notADatabase = (facts: { file: string; target: string }) =>
  new OpsError(
    'NOT_A_DATABASE',
    `${facts.target} is no database, so there is nothing to migrate. Nothing was changed.`,
    `A target is a database if ${facts.file} gives it \`migrations\`, the directory of its migrations.`,
  );

/** A rollback was asked for of a database alone. */
export const databaseNotRolledBack = (facts: { target: string }) =>
  new OpsError(
    'DATABASE_NOT_ROLLED_BACK',
    `${facts.target} is a database, and its migrations only go forward: a rollback of code never drops what data is in. Nothing was changed.`,
    `Roll back the targets that use it; they go on with the newer schema. To change the schema back, write a new migration; ` +
      `\`npx nx run ${facts.target}:status\` shows what is applied.`,
  );

/** There is nothing on a host that could be unlocked. */
export const databaseHasNoLock = (facts: { target: string }) =>
  new OpsError(
    'DATABASE_HAS_NO_LOCK',
    `${facts.target} is a database, and no lock on a host guards it, but a lease in the database itself, which ends within 15 seconds after its run has died. Nothing was changed.`,
    `Run \`npx nx run ${facts.target}:migrate\`: it waits for a run that lives, says whose it is, and goes on from what a dead one left.`,
  );

/** A release would be placed that was written for a schema which its database does not have yet. */
export const releaseNeedsNewerSchema = (facts: {
  target: string;
  environment: string;
  behind: readonly { readonly database: string; readonly needs: string; readonly has: string | undefined }[];
}) =>
  new OpsError(
    'RELEASE_NEEDS_NEWER_SCHEMA',
    `${facts.target} was not deployed to ${facts.environment}, as this commit needs a newer schema than there is; nothing of it was touched:` +
      facts.behind
        .map(
          ({ database, needs, has }) =>
            `\n  ${database} ${has === undefined ? 'was never migrated' : `is at ${has}`}, and ${needs}, the newest migration here, is not applied`,
        )
        .join(''),
    `Migrate first: ${facts.behind.map(({ database }) => `\`npx nx run ${database}:migrate\``).join(', ')}; ` +
      `\`npx nx run ${facts.target}:deploy\` without \`--exclude-task-dependencies\` does both, in this order.`,
  );
