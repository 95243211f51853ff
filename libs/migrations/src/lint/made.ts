import type { Statement } from '../files';
import { belowOf, mayUndo, renamedTo, setsSearchPath } from './effects';
import { alterOf, droppedBy, madeBy, type Alter, type Thing } from './objects';
import { remember, type PlacedThing, type Remembered } from './remembered';

/** Whether this run made something: what it made itself it may also undo. */
export type IsNew = (thing: Thing) => boolean;

/** What the files of a run make, followed from statement to statement in their order. */
export interface Made {
  readonly isNew: IsNew;
  /** Begins the next file: temporary tables and the search path end with the one before. */
  readonly beginFile: () => void;
  /** Takes in what a statement makes, renames and drops. */
  readonly takeIn: (statement: Statement) => void;
}

const TEMPORARY = 'pg_temp';

/**
 * A name without a schema means what is temporary and has that name, else what is in `public`, until a file sets its search path: from
 * there on nobody knows in which schema it is, so that it stands for nothing that is named with one.
 */
export const followMade = (): Made => {
  const made = remember();
  let usual = 'public';
  let places = 0;
  const where = (thing: Thing): PlacedThing => {
    const temporary = inSchema(thing, TEMPORARY);
    return made.has(temporary) ? temporary : inSchema(thing, usual);
  };
  const loseTemporary = () => made.remove(aSchema(TEMPORARY));
  return {
    isNew: (thing) => made.covers(where(thing)),
    beginFile: () => {
      loseTemporary();
      usual = 'public';
    },
    takeIn: (statement) => {
      const alter = alterOf(statement);
      if (alter) takeInAlter(made, alter, where);
      droppedBy(statement).forEach((thing) => made.remove(where(thing)));
      const undoes = mayUndo(statement);
      if (undoes) loseTemporary();
      if (setsSearchPath(statement) || (undoes && usual !== 'public')) usual = `?${(places += 1)}`;
      const thing = madeBy(statement);
      if (thing) made.add(inSchema(thing, usual));
    },
  };
};

const takeInAlter = (made: Remembered, alter: Alter, where: (thing: Thing) => PlacedThing): void => {
  const altered = where(alter);
  for (const action of alter.actions) {
    const below = belowOf(alter, action);
    if (below && !made.covers(where(below.child))) becomesOld(made, where(below.parent));
    const to = renamedTo(altered, action);
    if (!to) continue;
    const isNew = made.covers(altered);
    made.remove(altered);
    const moved = inSchema(to, altered.name.schema);
    if (isNew) made.add(moved);
    else becomesOld(made, moved);
  }
};

/** Something that was there before is found under this name now, so that its schema is not new as a whole either. */
const becomesOld = (made: Remembered, thing: PlacedThing): void => {
  made.remove(thing);
  made.openSchema(thing.name.schema);
};

const aSchema = (name: string): PlacedThing => ({ kind: 'schema', name: { schema: name, name } });

const inSchema = ({ kind, name }: Thing, usual: string): PlacedThing =>
  kind === 'schema' ? aSchema(name.name) : { kind, name: { ...name, schema: name.schema ?? usual } };
