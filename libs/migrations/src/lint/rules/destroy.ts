import type { Statement } from '../../files';
import { blocks, type StatementFinding } from '../finding';
import type { IsNew } from '../made';
import { droppedBy, shown, type Kind } from '../objects';
import { begins, splitAtCommas, without, wordsOf } from '../statement-parts';

const LATER =
  'Deploy a release that does not use it first; drop it in a later migration, when no release that does can come back.';

/** Kinds of which something is lost for good when they are dropped; the others can be made again from the files. */
const LOSING: readonly Kind[] = ['table', 'schema', 'sequence', 'materialized view', 'foreign table'];

/** Those of which a run's own are not known. */
const OTHERS = ['extension', 'database'];

/** Drops by which something is lost that the run did not make itself. */
export const dropped = (statement: Statement, isNew: IsNew): readonly StatementFinding[] => {
  const { tokens } = statement;
  if (!begins(tokens, 'drop')) return [];
  const things = droppedBy(statement).filter(({ kind }) => LOSING.includes(kind));
  if (things.length > 0) return things.filter((one) => !isNew(one)).map((one) => drops(one.kind, shown(one)));
  const words = wordsOf(tokens);
  const other = OTHERS.find((kind) => kind === words[1]);
  if (other) {
    return splitAtCommas(without(tokens.slice(2), 'if exists')).map((one) => drops(other, one[0]?.text ?? ''));
  }
  if (words[1] === 'owned')
    return [blocks('drop-owned', 'Drops everything that a role owns.', 'Drop what is meant by name.')];
  return words.includes('cascade') ? [cascades(words[1] ?? 'object')] : [];
};

const drops = (kind: string, name: string): StatementFinding =>
  blocks(`drop-${kind.replace(' ', '-')}`, `Drops the ${kind} ${name} and all that it holds.`, LATER);

/** A finding of `cascade`, which drops more than what is named. */
export const cascades = (what: string): StatementFinding =>
  blocks(
    'drop-cascade',
    `Drops whatever depends on the ${what}, without naming it.`,
    'Drop what depends on it by name, without `cascade`.',
  );

/** A finding of a column or an attribute that is dropped. */
export const dropsPart = (part: 'column' | 'attribute', name: string): StatementFinding =>
  blocks(
    `drop-${part}`,
    `Drops the ${part} ${name} and all that it holds; a release that still names it fails.`,
    LATER,
  );
