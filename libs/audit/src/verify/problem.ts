/** What is wrong with a log. */
export type ProblemKind =
  | 'edited'
  | 'unreadable'
  | 'missing'
  | 'reordered'
  | 'repeated'
  | 'other-log'
  | 'truncated'
  | 'rewritten'
  | 'signature'
  | 'half-line'
  | 'torn'
  | 'unsigned'
  | 'unfinished'
  | 'newer';

export interface Problem {
  readonly kind: ProblemKind;
  /**
   * `broken`: somebody changed the log, or something ate of it. `unproven`: nothing speaks against it, and no signature for
   * it. `note`: harmless, as a line that a dying machine tore.
   */
  readonly weight: 'broken' | 'unproven' | 'note';
  /** Line of the file, counted from 1. */
  readonly line?: number;
  /** In a sentence. */
  readonly message: string;
}

const WEIGHTS: Partial<Record<ProblemKind, Problem['weight']>> = {
  'half-line': 'note',
  torn: 'note',
  newer: 'note',
  unfinished: 'note',
  unsigned: 'unproven',
};

/** A problem of a kind, at a line where it has one. */
export const problem = (kind: ProblemKind, message: string, line?: number): Problem => ({
  kind,
  weight: WEIGHTS[kind] ?? 'broken',
  message,
  ...(line === undefined ? {} : { line }),
});
