/** What a step's undo may ask about the run it is part of. */
export interface Progress {
  /** Whether the named step was begun in this run, even if it did not end. */
  started(step: string): boolean;
}

interface StepBase<C> {
  /** Permanent: the journal of a dead run is read by this name. */
  readonly name: string;
  /** A reason not to run it this time, for people. */
  readonly skip?: (context: C) => string | undefined;
  /** Safe on a state in which it was already done, wholly or half. May return a detail for people. */
  readonly run: (context: C) => Promise<string | void>;
}

/**
 * One named step of a runbook. It has an undo that is safe on a half-done step, or says why there is none:
 * leaving both out does not compile.
 */
export type Step<C> = StepBase<C> &
  (
    | { readonly undo: (context: C, progress: Progress) => Promise<string | void>; readonly noUndo?: never }
    | { readonly noUndo: string; readonly undo?: never }
  );

/**
 * The ordered steps of an operation. The border between `steps` and `cleanup` is the point of no return: before it a
 * failure undoes everything in reverse; after it a failing step is a leftover with a name, never an unwind.
 */
export interface Runbook<C> {
  readonly name: string;
  readonly steps: readonly Step<C>[];
  readonly cleanup: readonly Step<C>[];
}

/** What a run tells while it works. */
export interface StepEvent {
  readonly state: 'started' | 'done' | 'skipped' | 'failed' | 'undone' | 'undo-failed';
  readonly step: string;
  readonly durationMs: number;
  readonly detail?: string;
  readonly error?: unknown;
}

export interface StepTiming {
  readonly step: string;
  readonly durationMs: number;
}
