import { statementsOf, type Statement } from '../files';
import {
  isBig,
  sizeOf,
  type Finding,
  type Lint,
  type LintedMigration,
  type LintFacts,
  type StatementFinding,
} from './finding';
import { followMade, type Made } from './made';
import { tableOf } from './objects';
import { alters, rewritesByMaintenance } from './rules/alter';
import { dropped } from './rules/destroy';
import { changesOwnRecords } from './rules/own-records';
import { emptied } from './rules/rows';
import { runSquawk, squawkProgram, type SquawkFinding } from './squawk';

/**
 * Looks at pending migrations, in the order in which they are applied: by rules of our own (what destroys data or breaks the release
 * that runs) and by squawk's. What a file answers for is marked as such and stays in the list. What stands in functions and `do`
 * blocks is not looked at. `program` undefined = our own rules only, which a note says.
 */
export const lintMigrations = async (
  pending: readonly LintedMigration[],
  facts: LintFacts,
  { program }: { readonly program: string | undefined } = { program: squawkProgram() },
): Promise<Lint> => {
  const notes = program
    ? []
    : [`squawk-cli has no program for ${process.platform}-${process.arch}: only the rules of our own were applied`];
  const others = program ? await runSquawk(program, pending) : [];
  const made = followMade();
  return { findings: pending.flatMap((one, at) => lintOne(one, { facts, made }, others[at] ?? [])), notes };
};

/** Findings that stop a run. */
export const blocking = ({ findings }: Pick<Lint, 'findings'>): readonly Finding[] =>
  findings.filter(({ level, allowed }) => level === 'blocks' && allowed === undefined);

/** What is known before a file: the real database, and what the files before it make. */
interface Known {
  readonly facts: LintFacts;
  readonly made: Made;
}

const lintOne = (migration: LintedMigration, known: Known, others: readonly SquawkFinding[]): readonly Finding[] => {
  const { statements } = statementsOf(migration.sql);
  const own = ownFindings(statements, known);
  const found = [...own, ...others.map((one) => adopted(one, statements, known.facts))];
  return found.sort((a, b) => a.line - b.line).map((one) => withAnswer(one, migration));
};

type Placed = StatementFinding & { readonly line: number };

const ownFindings = (statements: readonly Statement[], { facts, made }: Known): readonly Placed[] => {
  made.beginFile();
  return statements.flatMap((statement) => {
    const found = [
      ...changesOwnRecords(statement),
      ...dropped(statement, made.isNew),
      ...emptied(statement, made.isNew),
      ...alters(statement, made.isNew, facts),
      ...rewritesByMaintenance(statement, facts),
    ];
    made.takeIn(statement);
    return found.map((finding) => ({ ...finding, line: statement.line }));
  });
};

/** Rules of squawk about locks that are held for as long as a table takes to be read or built anew. */
const LONG_LOCKS = new Set([
  'require-concurrent-index-creation',
  'adding-foreign-key-constraint',
  'constraint-missing-not-valid',
  'adding-not-nullable-field',
  'disallowed-unique-constraint',
  'adding-serial-primary-key-field',
]);

const adopted = (
  { rule, line, text, instead }: SquawkFinding,
  statements: readonly Statement[],
  facts: LintFacts,
): Placed => {
  const statement = statements.findLast((one) => one.line <= line);
  const table = statement && tableOf(statement);
  const fact = facts.tables.find(({ name }) => name === table);
  const long = LONG_LOCKS.has(rule) && fact !== undefined && isBig(fact);
  return {
    ...{ rule, line },
    level: long ? 'blocks' : 'warns',
    text: long ? `${text} ${fact.name} has ${sizeOf(fact)}.` : text,
    instead: instead ?? `https://squawkhq.com/docs/${rule} says what to do in its place.`,
  };
};

const withAnswer = (finding: Placed, { file, allowed }: LintedMigration): Finding => {
  const answer = allowed.find(({ rule }) => rule === finding.rule);
  return { ...finding, file, ...(answer && { allowed: answer.reason }) };
};
