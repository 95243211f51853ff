import type { Statement } from '../../files';
import { changesOf } from '../changes';
import { setsSearchPath } from '../effects';
import { blocks, type StatementFinding } from '../finding';
import { begins, outermost, wordsOf } from '../statement-parts';

/** The schema in which it is recorded what was applied. */
const OWN = 'deploy_meta';

type Tokens = Statement['tokens'];

/** What writes to, alters or drops our own records; to read them is nobody's harm, and neither is to grant that. */
export const changesOwnRecords = (statement: Statement): readonly StatementFinding[] =>
  changesOf(statement).some(({ name }) => name.schema === OWN) || defines(statement.tokens) || findsThem(statement)
    ? [
        blocks(
          'own-records',
          `Changes the schema ${OWN}, by which it is known what was applied and who is at it.`,
          'Leave it alone; `migrate --repair` shows what in it may be mended, and how.',
        ),
      ]
    : [];

const DEFINING = ['create', 'alter', 'drop', 'truncate', 'copy'];

const defines = (tokens: Tokens): boolean =>
  DEFINING.some((word) => begins(tokens, word)) &&
  !(begins(tokens, 'copy') && !wordsOf(outermost(tokens)).includes('from')) &&
  withoutQuery(tokens).some(({ kind, text }) => kind !== 'string' && text === OWN);

/** A view, a table or a function may be made of what only reads. */
const withoutQuery = (tokens: Tokens): Tokens => {
  const words = wordsOf(tokens);
  if (words[0] !== 'create' || words.slice(1, 4).includes('rule')) return tokens;
  const end = outermost(tokens).find(({ kind, text }) => kind === 'word' && (text === 'as' || text === 'begin'));
  return end ? tokens.slice(0, tokens.indexOf(end)) : tokens;
};

/** With the schema in the search path, what follows need not name it. */
const findsThem = (statement: Statement): boolean =>
  setsSearchPath(statement) && statement.tokens.some(({ text }) => text.includes(OWN));
