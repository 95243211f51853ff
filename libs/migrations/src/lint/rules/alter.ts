import type { Statement } from '../../files';
import { blocks, isBig, sizeOf, type LintFacts, type StatementFinding, type TableFact } from '../finding';
import type { IsNew } from '../made';
import { alterOf, shown } from '../objects';
import { begins, fullName, nameAt, without, wordsOf } from '../statement-parts';
import { holdsAllOf, keepsStorage } from '../types';
import { losesNames } from './alter-names';

type Tokens = Statement['tokens'];

/** A table that is altered; `fact` is undefined where the real database has no such table, or was not asked. */
interface Altered {
  readonly table: string;
  readonly fact: TableFact | undefined;
}

/** What an `alter` does to something that the run did not make itself. */
export const alters = (statement: Statement, isNew: IsNew, facts: LintFacts): readonly StatementFinding[] => {
  const alter = alterOf(statement);
  if (!alter || isNew(alter)) return [];
  const table = shown(alter);
  const altered: Altered = { table, fact: facts.tables.find(({ name }) => name === table) };
  return alter.actions.flatMap((action) => [
    ...losesNames(alter, action),
    ...(alter.kind === 'table' ? changesRows(action, altered) : []),
  ]);
};

const changesRows = (action: Tokens, altered: Altered): readonly StatementFinding[] => [
  ...addsColumn(action, altered),
  ...changesType(action, altered),
  ...rewritesWhole(action, altered),
];

const addsColumn = (action: Tokens, altered: Altered): readonly StatementFinding[] => {
  if (!begins(action, 'add') || NOT_COLUMNS.has(wordsOf(action)[1] ?? '')) return [];
  const [column, ...definition] = without(action.slice(1), 'column', 'if not exists');
  const words = wordsOf(definition);
  const text = words.join(' ');
  const name = `${altered.table}.${column?.text ?? ''}`;
  const fills = /\bdefault\b|\bgenerated\b|\b(small|big)?serial\b/.test(text);
  if (/\bnot null\b|\bprimary key\b/.test(text) && !fills) return [notNull(name)];
  const why = rewriteReason(text);
  return why ? rewrites(altered, `${why} of the new column ${name}`) : [];
};

const NOT_COLUMNS = new Set(['constraint', 'check', 'unique', 'primary', 'foreign', 'exclude', 'not']);

const notNull = (column: string): StatementFinding =>
  blocks(
    'not-null-without-default',
    `Adds ${column} as not null without a default: it fails if the table has a row, and so does every insert of the release that runs.`,
    'Give it a default, or add it nullable, fill it, and set it not null in a later migration.',
  );

/** Functions that give every row the same value, so that a default of them is stored once (since PostgreSQL 11). */
const STEADY =
  /\b(?:now|current_timestamp|current_date|localtimestamp|transaction_timestamp|statement_timestamp|current_setting)\b/g;

const rewriteReason = (definition: string): string | undefined => {
  if (/\bgenerated always as \(/.test(definition) && !/\bvirtual\b/.test(definition)) return 'the computed value';
  if (/\bgenerated (?:always|by default) as identity\b|\b(?:small|big)?serial\b/.test(definition)) return 'the number';
  const expression = /\bdefault (.*)$/.exec(definition)?.[1]?.replace(/\b(?:check|references)\b.*$/, '');
  return expression && /[a-z_]\w* \(/.test(expression.replace(STEADY, 'v').replaceAll('v ( )', 'v'))
    ? 'the default'
    : undefined;
};

const changesType = (action: Tokens, altered: Altered): readonly StatementFinding[] => {
  if (!begins(action, 'alter')) return [];
  const [column, ...rest] = without(action.slice(1), 'column');
  const change = without(rest, 'set data');
  if (!begins(change, 'type')) return [];
  const words = change.slice(1).map(({ text }) => text);
  const end = words.findIndex((word) => word === 'using' || word === 'collate');
  const to = spelled(end < 0 ? words : words.slice(0, end));
  const name = column?.text ?? '';
  const from = altered.fact?.columns[name];
  const rewritten =
    from !== undefined && keepsStorage(to, from) ? [] : rewrites(altered, `the new type of ${altered.table}.${name}`);
  return from !== undefined && holdsAllOf(to, from)
    ? rewritten
    : [narrows({ name: `${altered.table}.${name}`, from, to }), ...rewritten];
};

const spelled = (words: readonly string[]): string =>
  words
    .join(' ')
    .replace(/ ?([().,[\]]) ?/g, '$1')
    .replaceAll(')', ') ')
    .trim();

const narrows = (of: {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string;
}): StatementFinding => ({
  rule: 'narrow-type',
  // A column that the real database does not have holds nothing that could be lost.
  level: of.from === undefined ? 'warns' : 'blocks',
  text: `Changes ${of.name} from ${of.from ?? 'a type that is not known here'} to ${of.to}, which may not hold every value that is there.`,
  instead:
    'Add a column of the new type, copy what fits and look at what does not, then drop the old one in a later migration.',
});

const REWRITING = ['set logged', 'set unlogged', 'set tablespace', 'set access method'];

const rewritesWhole = (action: Tokens, altered: Altered): readonly StatementFinding[] =>
  REWRITING.filter((words) => begins(action, words)).flatMap((words) => rewrites(altered, `\`${words}\``));

/** Only of a big table is it worth a word. */
const rewrites = ({ table, fact }: Altered, why: string): readonly StatementFinding[] =>
  fact && isBig(fact) ? [rewrite(`${table} (${sizeOf(fact)})`, why)] : [];

const rewrite = (table: string, why: string): StatementFinding =>
  blocks(
    'rewrite-table',
    `Rewrites every row of ${table} for ${why}; meanwhile nobody can read or write it.`,
    'Add a nullable column without a default, fill it in batches, and let the release use it when it is full.',
  );

/** `vacuum full` and `cluster` of a table rewrite it too. */
export const rewritesByMaintenance = ({ tokens }: Statement, facts: LintFacts): readonly StatementFinding[] => {
  const words = wordsOf(tokens);
  const full = words[0] === 'vacuum' && words.includes('full');
  if (!full && words[0] !== 'cluster') return [];
  const rest = full ? tokens.slice(words.indexOf('full') + 1) : tokens.slice(1);
  const name = fullName(nameAt(without(rest, ')', 'verbose', 'analyze')).name);
  const fact = facts.tables.find((table) => table.name === name);
  return rewrites({ table: name, fact }, `\`${full ? 'vacuum full' : 'cluster'}\``);
};
