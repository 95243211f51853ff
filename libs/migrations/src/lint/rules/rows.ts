import type { Statement } from '../../files';
import { changesOf, type Change } from '../changes';
import { blocks, type StatementFinding } from '../finding';
import type { IsNew } from '../made';
import { begins, fullName, nameAt, outermost, splitAtCommas, without, wordsOf, type Name } from '../statement-parts';

type Tokens = Statement['tokens'];

/** What removes or overwrites every row of a table that the run did not make itself. */
export const emptied = (statement: Statement, isNew: IsNew): readonly StatementFinding[] => {
  const isOld = (name: Name) => !isNew({ kind: 'table', name });
  return [
    ...truncated(statement, isOld),
    ...changesOf(statement)
      .filter(({ name }) => isOld(name))
      .flatMap(everyRow),
  ];
};

const truncated = ({ tokens }: Statement, isOld: (name: Name) => boolean): readonly StatementFinding[] => {
  if (!begins(tokens, 'truncate')) return [];
  const cascade = wordsOf(tokens).includes('cascade');
  return splitAtCommas(without(tokens.slice(1), 'table'))
    .map((one) => nameAt(without(one, 'only')).name)
    .filter((name) => cascade || isOld(name))
    .map((name) =>
      blocks(
        'truncate',
        `Removes every row of ${fullName(name)}${cascade ? ' and of all tables that refer to it' : ''}.`,
        'Remove the rows that are meant by `delete … where`, in batches.',
      ),
    );
};

const everyRow = ({ verb, name, rest }: Change): readonly StatementFinding[] => {
  if (verb === 'merge') return merged(rest).map((does) => withoutWhere(does, name));
  return verb === 'insert' || hasWhere(rest) ? [] : [withoutWhere(verb, name)];
};

/** Whether the statement itself says which rows: a subquery's `where` does not, and neither does a column called so. */
const hasWhere = (tokens: Tokens): boolean => {
  const words = wordsOf(outermost(tokens));
  return words.some((word, at) => word === 'where' && !['.', 'as'].includes(words[at - 1] ?? ''));
};

/**
 * What a `merge` does to rows without a condition of its own. To update those that match is what it is for; to remove them, or to change
 * those that do not match, is to do it to all that there are.
 */
const merged = (tokens: Tokens): readonly ('update' | 'delete')[] => {
  const words = wordsOf(outermost(tokens)).join(' ');
  return [
    ...(/\bwhen (not )?matched (by source )?then delete\b/.test(words) ? ['delete' as const] : []),
    ...(/\bwhen not matched by source then update\b/.test(words) ? ['update' as const] : []),
  ];
};

const withoutWhere = (verb: 'update' | 'delete', name: Name): StatementFinding => {
  const table = fullName(name);
  return blocks(
    `${verb}-without-where`,
    verb === 'delete' ? `Removes every row of ${table}.` : `Overwrites a value in every row of ${table}.`,
    `Say which rows are meant by \`where\`; of many, ${verb} some thousand at a time.`,
  );
};
