import type { AppliedMigration, Migration } from '../migration';

/** A migration of which both the file and the database know. */
export interface Known {
  readonly migration: Migration;
  readonly record: AppliedMigration;
}

/** What the files and the database's records make together; everything by rising version. */
export interface Plan {
  /** To be applied: new files, and those whose earlier attempt failed or never reported back. */
  readonly pending: readonly Migration[];
  /** Applied as they read. */
  readonly applied: readonly Known[];
  /** Applied, and edited since. */
  readonly drifted: readonly Known[];
  /** Pending, but older than the newest that is applied; an attempt that failed gives no leave for the next. */
  readonly outOfOrder: readonly Migration[];
  /** Recorded, without a file here: the database is ahead of these files, or a file was deleted. */
  readonly missing: readonly AppliedMigration[];
  /** Pending, and the very text of a missing one that is applied: its file got another name. */
  readonly renamed: readonly Known[];
  /** Pending; begun outside of a transaction by a run that never reported back. */
  readonly running: readonly Known[];
  /** Pending; an earlier attempt failed. */
  readonly failed: readonly Known[];
  /** The newest version that is applied. */
  readonly schemaVersion: string | undefined;
}

/** Compares the files with what the database knows. Pure. */
export const planMigrations = (files: readonly Migration[], applied: readonly AppliedMigration[]): Plan => {
  const migrations = [...files].sort(byVersion);
  const records = new Map(applied.map((record) => [record.version, record]));
  const known = migrations.flatMap((migration) => {
    const record = records.get(migration.version);
    return record ? [{ migration, record }] : [];
  });
  const done = known.filter(({ record }) => isDone(record));
  const versions = new Set(migrations.map(({ version }) => version));
  const schemaVersion = applied
    .filter(isDone)
    .map(({ version }) => version)
    .sort()
    .at(-1);
  const pending = migrations.filter(({ version }) => !isDone(records.get(version)));
  const missing = applied.filter(({ version }) => !versions.has(version)).sort(byVersion);
  return {
    pending,
    applied: done.filter(isUnchanged),
    drifted: done.filter((one) => !isUnchanged(one)),
    outOfOrder: pending.filter(
      ({ version }) => records.get(version)?.state !== 'running' && version < (schemaVersion ?? ''),
    ),
    missing,
    renamed: pending.flatMap((migration) =>
      missing
        .filter((record) => isDone(record) && record.checksum === migration.checksum)
        .slice(0, 1)
        .map((record) => ({ migration, record })),
    ),
    running: known.filter(({ record }) => record.state === 'running'),
    failed: known.filter(({ record }) => record.state === 'failed'),
    schemaVersion,
  };
};

const byVersion = (a: { readonly version: string }, b: { readonly version: string }): number =>
  a.version < b.version ? -1 : 1;

const isUnchanged = ({ migration, record }: Known): boolean => migration.checksum === record.checksum;

/** Whether a record says that the schema holds the migration. */
export const isDone = (record: AppliedMigration | undefined): boolean =>
  record?.state === 'applied' || record?.state === 'baseline';
