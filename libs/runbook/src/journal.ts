/** How a run ended; `left` = failed and left as it was, by its owner's setting. */
export type RunOutcome = 'succeeded' | 'rolled-back' | 'stuck' | 'left';

/** One line of the journal: what is about to happen or has happened. Written before and after each step. */
export type JournalEntry =
  | {
      readonly event: 'begin';
      readonly run: string;
      readonly runbook: string;
      readonly at: string;
      /** Everything another process needs to finish or undo this run. Holds no secret. */
      readonly plan: unknown;
    }
  | {
      readonly event: 'started' | 'done' | 'undo-started' | 'undone';
      readonly run: string;
      readonly step: string;
      readonly at: string;
    }
  | {
      readonly event: 'failed' | 'undo-failed';
      readonly run: string;
      readonly step: string;
      readonly at: string;
      readonly error: string;
    }
  /** The point of no return: every step is done; only cleanup is left. */
  | { readonly event: 'committed'; readonly run: string; readonly at: string }
  | {
      readonly event: 'end';
      readonly run: string;
      readonly at: string;
      readonly outcome: RunOutcome;
    }
  /** A run that had succeeded is being undone after all: until its next end it is as if it had not ended. */
  | { readonly event: 'reopened'; readonly run: string; readonly at: string; readonly reason: string }
  /** Somebody broke the lock under which a run may have been at work. For people; it changes no run. */
  | {
      readonly event: 'unlocked';
      readonly run: string;
      readonly at: string;
      readonly by: string;
      readonly reason: string;
      /** Processes that were ended. */
      readonly ended: readonly string[];
    };

/** Where the entries go. `write` resolves when the entry is safe; entries are kept in the order of the calls. */
export interface Journal {
  write(entry: JournalEntry): Promise<void>;
}

/** What the journal says of one run. */
export interface RunState {
  readonly run: string;
  readonly runbook: string;
  readonly plan: unknown;
  readonly startedAt: string;
  /** Names of the steps begun, in order, undone ones left out. */
  readonly open: readonly string[];
  /** Names of all steps begun, undone or not. */
  readonly started: readonly string[];
  /** Name of the last step that failed, if one did. */
  readonly failedStep?: string;
  readonly committed: boolean;
  /** Whether it had succeeded and is being undone after all: the only way is back. */
  readonly reopened: boolean;
  readonly outcome?: RunOutcome;
  readonly endedAt?: string;
}

/**
 * The state of the last run in a journal; undefined for an empty one. A last line that is torn (a power cut in the
 * middle of a write) is passed over: what it said had not happened yet.
 */
export const lastRun = (journal: string): RunState | undefined => {
  const entries = journal.split('\n').flatMap(parseLine);
  const begin = entries.findLast((entry) => entry.event === 'begin');
  if (!begin) return undefined;
  const own = entries.slice(entries.lastIndexOf(begin)).filter((entry) => entry.run === begin.run);
  const sinceReopened = own.slice(own.findLastIndex(({ event }) => event === 'reopened') + 1);
  const stepsWith = (event: JournalEntry['event']) =>
    own.flatMap((entry) => (entry.event === event && 'step' in entry ? [entry.step] : []));
  const started = [...new Set(stepsWith('started'))];
  const undone = new Set(stepsWith('undone'));
  const failedStep = stepsWith('failed').at(-1);
  const end = sinceReopened.findLast((entry) => entry.event === 'end');
  return {
    run: begin.run,
    runbook: begin.runbook,
    plan: begin.plan,
    startedAt: begin.at,
    started,
    open: started.filter((step) => !undone.has(step)),
    reopened: sinceReopened.length < own.length,
    committed: sinceReopened.some((entry) => entry.event === 'committed'),
    ...(failedStep === undefined ? {} : { failedStep }),
    ...(end === undefined ? {} : { outcome: end.outcome, endedAt: end.at }),
  };
};

/** A line that is no entry (torn, or written by a person) says nothing. */
const parseLine = (line: string): JournalEntry[] => {
  try {
    const entry = JSON.parse(line) as Partial<JournalEntry> | null;
    const isEntry = typeof entry?.event === 'string' && typeof entry.run === 'string' && typeof entry.at === 'string';
    return isEntry ? [entry as JournalEntry] : [];
  } catch {
    return [];
  }
};
