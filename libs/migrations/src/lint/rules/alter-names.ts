import type { Statement } from '../../files';
import { blocks, type StatementFinding } from '../finding';
import { shown, type Alter } from '../objects';
import { begins, without, wordsOf } from '../statement-parts';
import { cascades, dropsPart } from './destroy';

type Tokens = Statement['tokens'];

/** What an action takes away from a table or a type, or renames in it. */
export const losesNames = (alter: Alter, action: Tokens): readonly StatementFinding[] => [
  ...drops(alter, action),
  ...renames(alter, action),
];

const drops = (alter: Alter, action: Tokens): readonly StatementFinding[] => {
  if (!begins(action, 'drop')) return [];
  const isTable = alter.kind === 'table' || alter.kind === 'foreign table';
  if (begins(action, 'drop constraint') || !(isTable || alter.kind === 'type')) {
    return wordsOf(action).includes('cascade') ? [cascades(wordsOf(action)[1] ?? 'object')] : [];
  }
  const name = without(action.slice(1), isTable ? 'column' : 'attribute', 'if exists')[0]?.text ?? '';
  return [dropsPart(isTable ? 'column' : 'attribute', `${shown(alter)}.${name}`)];
};

const renames = (alter: Alter, action: Tokens): readonly StatementFinding[] => {
  const whole = begins(action, 'rename to') || begins(action, 'set schema');
  if (!whole && (!begins(action, 'rename') || begins(action, 'rename constraint'))) return [];
  const part = without(action.slice(1), 'column', 'attribute', 'value')[0]?.text ?? '';
  const what = whole ? shown(alter) : `${shown(alter)}.${part}`;
  return [
    blocks(
      'rename',
      `Renames ${what}: a release that runs with the old name fails from this moment on, and so does a rollback.`,
      'Expand and contract: add the new one, write both, copy the rows, read the new one, and drop the old one in a later migration.',
    ),
  ];
};
