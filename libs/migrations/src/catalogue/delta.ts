import type { SchemaChange } from '@polydev/contract';
import type { Catalogue, CatalogueObject } from './catalogue';

/** Kinds in the order in which a schema is read; any other comes last. */
const ORDER = [
  'schema',
  'extension',
  'collation',
  'enum',
  'domain',
  'range',
  'type',
  'foreign data wrapper',
  'foreign server',
  'user mapping',
  'sequence',
  'table',
  'foreign table',
  'column',
  'constraint',
  'index',
  'statistics',
  'view',
  'materialized view',
  'function',
  'procedure',
  'aggregate',
  'operator',
  'cast',
  'text search dictionary',
  'text search configuration',
  'trigger',
  'event trigger',
  'rule',
  'row security',
  'policy',
  'publication',
  'publication schema',
  'publication table',
  'grant',
];

/** What became of a schema between two looks at the same database, by kind and name. */
export const deltaOf = (before: Catalogue, after: Catalogue): readonly SchemaChange[] => {
  const old = byKey(before);
  const found = byKey(after);
  const removed = before.objects.filter((one) => !found.has(keyOf(one)));
  const changes = after.objects.flatMap((one) => {
    const was = old.get(keyOf(one));
    if (!was) return [change('+', one, one.detail)];
    return sameAs(was, one) ? [] : [change('~', one, alteration(was, one))];
  });
  return [...removed.map((one) => change('-', one, '')), ...changes].sort(byPlace);
};

/** Names an object of a schema: no other has the same kind and name. */
export const keyOf = ({ kind, name }: Pick<SchemaChange, 'kind' | 'name'>) => `${kind} ${name}`;

const byKey = ({ objects }: Catalogue): ReadonlyMap<string, CatalogueObject> =>
  new Map(objects.map((one) => [keyOf(one), one]));

const sameAs = (a: CatalogueObject, b: CatalogueObject) => a.detail === b.detail && a.body === b.body;

const alteration = (was: CatalogueObject, is: CatalogueObject) =>
  was.detail === is.detail ? 'new definition' : `${was.detail || 'nothing'} → ${is.detail || 'nothing'}`;

const change = (sign: SchemaChange['change'], { kind, name }: CatalogueObject, detail: string): SchemaChange => ({
  change: sign,
  kind,
  name,
  ...(detail && { detail }),
});

const byPlace = (a: SchemaChange, b: SchemaChange): number =>
  placeOf(a.kind) - placeOf(b.kind) || compare(a.name, b.name) || compare(a.change, b.change);

const placeOf = (kind: string) => {
  const place = ORDER.indexOf(kind);
  return place < 0 ? ORDER.length : place;
};

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
