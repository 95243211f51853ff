import type { Migration } from '../migration';

/** Something about a pending migration that is better known before it is applied. */
export interface Finding {
  /** What the file may answer for it by: `-- lint: allow <rule>: <reason>`. */
  readonly rule: string;
  /** `blocks` stops the run unless the file answers for it. */
  readonly level: 'blocks' | 'warns';
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** What the statement does, as a sentence. */
  readonly text: string;
  /** What to do in its place, as a sentence. */
  readonly instead: string;
  /** The reason that the file gives for doing it all the same. */
  readonly allowed?: string;
}

/** A finding of a statement, before it is known what its file answers for. */
export type StatementFinding = Omit<Finding, 'file' | 'line' | 'allowed'>;

/** A finding that stops the run. */
export const blocks = (rule: string, text: string, instead: string): StatementFinding => ({
  rule,
  level: 'blocks',
  text,
  instead,
});

/** What the lint knows of the real database. */
export interface LintFacts {
  readonly tables: readonly TableFact[];
}

export interface TableFact {
  /** With its schema: `public.deployments`. */
  readonly name: string;
  /** Estimate. */
  readonly rows: number;
  /** With its indexes. */
  readonly bytes: number;
  readonly columns: Readonly<Record<string, string>>;
}

/** The findings and what could not be looked at, as sentences. */
export interface Lint {
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

export type LintedMigration = Pick<Migration, 'file' | 'sql' | 'transaction' | 'allowed'>;

/** From where on a table is big: it is rewritten or scanned in seconds, not in an instant. */
const BIG = { rows: 100_000, bytes: 100 * 1024 * 1024 };

export const isBig = ({ rows, bytes }: TableFact): boolean => rows >= BIG.rows || bytes >= BIG.bytes;

/** `about 1200000 rows, 340 MB`. */
export const sizeOf = ({ rows, bytes }: TableFact): string =>
  `about ${Math.round(rows)} rows, ${Math.max(1, Math.round(bytes / 1024 / 1024))} MB`;
