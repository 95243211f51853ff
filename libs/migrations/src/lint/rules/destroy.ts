import type { Statement } from '../../files';
import type { StatementFinding } from '../finding';
import { begins, nameAt, splitAtCommas, without, wordsOf } from '../statement-parts';

/** What a file made itself may be undone in it. */
export type IsNew = (name: string) => boolean;

const LATER =
  'Deploy a release that does not use it first; drop it in a later migration, when no release that does can come back.';

/** Kinds of which something is lost for good when they are dropped; the others can be made again from the files. */
const LOSING = ['table', 'schema', 'sequence', 'extension', 'materialized view', 'foreign table', 'database'] as const;

/** Statements that destroy data. */
export const destroys = (statement: Statement, isNew: IsNew): readonly StatementFinding[] => [
  ...dropped(statement, isNew),
  ...emptied(statement, isNew),
];

const dropped = ({ tokens }: Statement, isNew: IsNew): readonly StatementFinding[] => {
  if (!begins(tokens, 'drop')) return [];
  const words = wordsOf(tokens);
  const kind = LOSING.find((one) => begins(tokens.slice(1), one));
  if (kind) {
    const named = splitAtCommas(without(tokens.slice(1 + kind.split(' ').length), 'if exists'));
    const names = named.map((one) =>
      kind === 'schema' || kind === 'extension' ? (one[0]?.text ?? '') : nameAt(one).name,
    );
    return names
      .filter((name) => !isNew(name))
      .map((name) =>
        blocks(`drop-${kind.replace(' ', '-')}`, `Drops the ${kind} ${name} and all that it holds.`, LATER),
      );
  }
  if (words[1] === 'owned')
    return [blocks('drop-owned', 'Drops everything that a role owns.', 'Drop what is meant by name.')];
  if (!words.includes('cascade')) return [];
  return [
    blocks(
      'drop-cascade',
      `Drops whatever depends on the ${words[1] ?? 'object'}, without naming it.`,
      'Drop what depends on it by name, without `cascade`.',
    ),
  ];
};

const emptied = ({ tokens }: Statement, isNew: IsNew): readonly StatementFinding[] => {
  const words = wordsOf(tokens);
  if (words[0] === 'truncate') {
    return splitAtCommas(without(tokens.slice(1), 'table', 'only'))
      .map((one) => nameAt(one).name)
      .filter((name) => !isNew(name))
      .map((name) =>
        blocks(
          'truncate',
          `Removes every row of ${name}.`,
          'Remove the rows that are meant by `delete … where`, in batches.',
        ),
      );
  }
  const verb = words[0] === 'delete' && words[1] === 'from' ? 'delete' : words[0] === 'update' ? 'update' : undefined;
  if (!verb || words.includes('where')) return [];
  const { name } = nameAt(without(tokens.slice(verb === 'delete' ? 2 : 1), 'only'));
  if (isNew(name)) return [];
  const does = verb === 'delete' ? `Removes every row of ${name}.` : `Overwrites a value in every row of ${name}.`;
  return [
    blocks(
      `${verb}-without-where`,
      does,
      `Say which rows are meant by \`where\`; of many, ${verb} some thousand at a time.`,
    ),
  ];
};

const blocks = (rule: string, text: string, instead: string): StatementFinding => ({
  rule,
  level: 'blocks',
  text,
  instead,
});
