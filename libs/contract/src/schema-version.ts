import { z } from 'zod';

/** Version of a migration, as its file's name has it. */
export const schemaVersionSchema = z.string().regex(/^\d{14}$/);

/** The schema's version before and after a deployment; absent where no migration is applied. */
export const schemaMoveSchema = z.object({
  from: schemaVersionSchema.optional(),
  to: schemaVersionSchema.optional(),
});
export type SchemaMove = z.infer<typeof schemaMoveSchema>;

/** Versions of several databases, by their targets' names. */
export const schemaVersionsSchema = z.record(z.string(), schemaVersionSchema);
export type SchemaVersions = z.infer<typeof schemaVersionsSchema>;

/** A migration as `status` shows it. */
export const migrationViewSchema = z.object({
  version: schemaVersionSchema,
  name: z.string(),
  state: z.enum(['applied', 'pending', 'drifted', 'failed', 'running', 'baseline', 'missing']),
  /** Of the file; of the database's record where the file is missing. */
  checksum: z.string(),
  appliedChecksum: z.string().optional(),
  appliedAt: z.string().optional(),
  by: z.string().optional(),
  deployment: z.string().optional(),
  durationMs: z.number().optional(),
  /** `none`: it is one statement outside of any transaction, which can fail and leave something. */
  transaction: z.literal('none').optional(),
  /** Of a missing one: it was never applied, its last try failed. */
  failed: z.literal(true).optional(),
});
export type MigrationView = z.infer<typeof migrationViewSchema>;

export const databaseStatusSchema = z.object({
  target: z.string(),
  environment: z.string(),
  driver: z.enum(['postgres', 'supabase-mcp']),
  /** Without password or token. */
  address: z.string(),
  /** Newest version that is applied. */
  schemaVersion: schemaVersionSchema.optional(),
  migrations: z.array(migrationViewSchema),
});
export type DatabaseStatus = z.infer<typeof databaseStatusSchema>;

/** A line of a schema's change: added, removed or changed. */
export const schemaChangeSchema = z.object({
  change: z.enum(['+', '-', '~']),
  /** `table`, `column`, `index`, `constraint`, `function`, `policy`, `view`, … */
  kind: z.string(),
  name: z.string(),
  detail: z.string().optional(),
});
export type SchemaChange = z.infer<typeof schemaChangeSchema>;
