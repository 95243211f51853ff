import type { Database } from '../drivers/driver';
import { CATALOGUE_QUERY } from './query';

/** An object of a schema. */
export interface CatalogueObject {
  /** `table`, `column`, `index`, `policy`, `grant`, … */
  readonly kind: string;
  /** With its schema: `public.deployments.sha`. */
  readonly name: string;
  /** All of it that reads alike on every supported version of PostgreSQL. */
  readonly detail: string;
  /** The rest (a view's query, a function's code): comparable within one server only. */
  readonly body: string;
}

/** The schema of a database at one moment. */
export interface Catalogue {
  readonly objects: readonly CatalogueObject[];
}

/**
 * Reads the schema of a database, without what is PostgreSQL's, Supabase's record or ours. One question, tens of milliseconds; it
 * changes nothing. Throws what the driver throws, with SQLSTATE 55P03 where somebody holds a table that a view needs.
 */
export const readCatalogue = async (database: Pick<Database, 'rows'>): Promise<Catalogue> => {
  const objects = await database.rows<CatalogueObject>(CATALOGUE_QUERY);
  return { objects: objects.map(readable) };
};

const SHORT_NAMES: readonly (readonly [RegExp, string])[] = [
  [/\bcharacter varying\b/g, 'varchar'],
  [/\btimestamp((?:\(\d\))?) with time zone\b/g, 'timestamptz$1'],
  [/\btimestamp((?:\(\d\))?) without time zone\b/g, 'timestamp$1'],
];

/** Types by the names that people write. */
const readable = (object: CatalogueObject): CatalogueObject => ({
  ...object,
  detail: SHORT_NAMES.reduce((text, [long, short]) => text.replace(long, short), object.detail),
});
