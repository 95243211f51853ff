import type { SchemaVersions, TargetRecord } from '@polydev/contract';

interface SchemaFacts {
  /** The newest migrations that there were when the release was built. */
  readonly migrations: SchemaVersions;
  /** What the databases have now. */
  readonly schemas: SchemaVersions;
}

/** One sentence for each database whose schema is not the one that a release was built with. Pure. */
export const schemaNotes = (target: string, { migrations, schemas }: SchemaFacts): readonly string[] =>
  Object.entries(migrations).flatMap(([database, built]) => {
    const now = schemas[database];
    if (now === undefined || now === built) return [];
    return now > built
      ? [
          `${database} stays at schema ${now}; this release of ${target} was built with ${built}. Migrations only go ` +
            'forward: the schema is expected to serve both, until it is contracted.',
        ]
      : [`${database} is at schema ${now}, older than ${built}, with which this release of ${target} was built.`];
  });

/** What the record says of the databases that a target's releases depend on. Pure. */
export const schemasWith = (
  migrations: readonly (SchemaVersions | undefined)[],
  schemas: SchemaVersions,
): Pick<TargetRecord, 'databases'> => {
  const names = new Set(migrations.flatMap((one) => Object.keys(one ?? {})));
  const known = Object.entries(schemas).filter(([database]) => names.has(database));
  return known.length === 0 ? {} : { databases: Object.fromEntries(known) };
};
