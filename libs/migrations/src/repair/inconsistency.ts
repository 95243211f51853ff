import type { RunContext } from '../run/context';

/** One way to mend an inconsistency. */
export interface Mend {
  /** As it is named on the command line: `drifted:20261120090000`. */
  readonly name: string;
  /** What it does, as a sentence. */
  readonly does: string;
  /** `everything` leaves it alone: it has to be asked for by its name. */
  readonly byNameOnly?: true;
  /** SQL of it, run in one transaction that the lease fences. */
  readonly sql: (run: Pick<RunContext, 'author'>) => string;
}

/** Something in which files, records and the service's history do not agree. */
export interface Inconsistency {
  readonly kind: 'missing' | 'drifted' | 'running' | 'orphan';
  readonly version: string;
  readonly name: string;
  /** What was found, as a sentence. */
  readonly finding: string;
  /** One way, or several of which a person has to choose. */
  readonly mends: readonly Mend[];
}
