import type { Statement } from '../files';
import type { Thing } from './objects';
import { begins, nameAt, wordsOf } from './statement-parts';

type Tokens = Statement['tokens'];

/** What something is called after an action of its `alter`: `rename to …`, `set schema …`. */
export const renamedTo = ({ kind, name }: Thing, action: Tokens): Thing | undefined => {
  const to = action[2]?.text ?? '';
  if (begins(action, 'rename to')) return { kind, name: { ...name, name: to } };
  return begins(action, 'set schema') ? { kind, name: { ...name, schema: to } } : undefined;
};

/** Two tables of which the child is dropped and emptied with its parent. */
export const belowOf = (
  { kind, name }: Thing,
  action: Tokens,
): { readonly parent: Thing; readonly child: Thing } | undefined => {
  const altered = { kind, name };
  if (begins(action, 'attach partition')) {
    return { parent: altered, child: { kind, name: nameAt(action.slice(2)).name } };
  }
  return begins(action, 'inherit')
    ? { parent: { kind, name: nameAt(action.slice(1)).name }, child: altered }
    : undefined;
};

const UNDOING = ['rollback', 'discard', 'do', 'call', 'execute'];

/** Whether temporary tables may be gone after a statement without being named in it. */
export const mayUndo = ({ tokens }: Pick<Statement, 'tokens'>): boolean =>
  UNDOING.some((word) => begins(tokens, word)) || (begins(tokens, 'drop') && wordsOf(tokens).includes('cascade'));

/** Those that hold a setting for later, or only its name. */
const NOT_NOW = ['create', 'alter', 'comment', 'insert', 'update', 'delete'];

/** Whether names without a schema may mean something else after a statement. */
export const setsSearchPath = ({ tokens }: Pick<Statement, 'tokens'>): boolean => {
  if (NOT_NOW.some((word) => begins(tokens, word))) return false;
  const words = wordsOf(tokens).join(' ');
  return (
    /^(set (local |session )?schema|reset all)\b/.test(words) || tokens.some(({ text }) => /search_path/i.test(text))
  );
};
