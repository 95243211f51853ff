import type { Kind, Thing } from './objects';
import type { Name } from './statement-parts';

/** Something with the schema that it is in; a schema is in itself. */
export interface PlacedThing extends Thing {
  readonly name: Name & { readonly schema: string };
}

/** Things and whole schemas, to be asked for by name. */
export interface Remembered {
  readonly add: (thing: PlacedThing) => void;
  /** Whether the thing itself was added. */
  readonly has: (thing: PlacedThing) => boolean;
  /** Whether it or the schema that it is in was added. */
  readonly covers: (thing: PlacedThing) => boolean;
  /** With a schema goes all that is in it. */
  readonly remove: (thing: PlacedThing) => void;
  /** Goes on with what is in a schema, but no longer with the schema as a whole. */
  readonly openSchema: (schema: string) => void;
}

/** Remembers nothing yet. */
export const remember = (): Remembered => {
  const schemas = new Set<string>();
  const within = new Map<string, Set<string>>();
  const has = (thing: PlacedThing): boolean =>
    thing.kind === 'schema' ? schemas.has(thing.name.schema) : !!within.get(thing.name.schema)?.has(keyOf(thing));
  return {
    has,
    covers: (thing) => has(thing) || schemas.has(thing.name.schema),
    add: (thing) => {
      const { schema } = thing.name;
      if (thing.kind === 'schema') schemas.add(schema);
      else within.set(schema, (within.get(schema) ?? new Set()).add(keyOf(thing)));
    },
    remove: (thing) => {
      const { schema } = thing.name;
      if (thing.kind !== 'schema') return void within.get(schema)?.delete(keyOf(thing));
      schemas.delete(schema);
      within.delete(schema);
    },
    openSchema: (schema) => void schemas.delete(schema),
  };
};

/** In one schema no two of a family have the same name. */
const familyOf = (kind: Kind): string => (kind === 'type' || kind === 'domain' ? 'type' : 'relation');

const keyOf = ({ kind, name }: PlacedThing): string => `${familyOf(kind)} ${name.name}`;
