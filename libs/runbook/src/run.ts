import type { Journal, JournalEntry, RunState } from './journal';
import type { Progress, Runbook, Step, StepEvent, StepTiming } from './runbook';

export interface RunOptions<C> {
  readonly id: string;
  readonly runbook: Runbook<C>;
  readonly context: C;
  /** Written to the journal, for the process that may have to finish this run. */
  readonly plan: unknown;
  readonly journal: Journal;
  readonly onStep: (event: StepEvent) => void;
  readonly now: () => Date;
}

export type Forward =
  { readonly ok: true } | { readonly ok: false; readonly failedStep: string; readonly error: unknown };

export type Backward =
  { readonly ok: true } | { readonly ok: false; readonly undoFailedAt: string; readonly undoError: unknown };

/** One failed cleanup step: the operation succeeded and left this. */
export interface Leftover {
  readonly step: string;
  readonly error: unknown;
}

/**
 * A run of a runbook, driven by its three verbs: `forward` until the point of no return, then either `commit` or
 * `backward`. They are apart so that a run over several hosts can go back on all of them.
 */
export class Run<C> implements Progress {
  readonly timings: StepTiming[] = [];
  readonly #options: RunOptions<C>;
  /** Steps begun and not undone, in order. */
  #open: Step<C>[];
  readonly #started: Set<string>;
  /** Settles when every entry written so far is safe. */
  #behind: Promise<unknown> = Promise.resolve();

  private constructor(options: RunOptions<C>, state?: RunState) {
    this.#options = options;
    const open = new Set(state?.open);
    this.#open = options.runbook.steps.filter((step) => open.has(step.name));
    this.#started = new Set(state?.started);
  }

  /** Begins a run: the intent and its plan are in the journal before anything else happens. */
  static async begin<C>(options: RunOptions<C>): Promise<Run<C>> {
    const run = new Run(options);
    const { id, runbook, plan } = options;
    await run.#write({ event: 'begin', run: id, runbook: runbook.name, plan, at: run.#at() });
    return run;
  }

  /** Takes over a run that a dead process left, from what the journal says of it. */
  static takeOver<C>(options: RunOptions<C>, state: RunState): Run<C> {
    return new Run(options, state);
  }

  /** Reopens a run that had succeeded, so that it can go `backward`; a process that dies in that is taken over like any. */
  static async reopen<C>(options: RunOptions<C>, state: RunState, reason: string): Promise<Run<C>> {
    const run = new Run(options, state);
    await run.#write({ event: 'reopened', run: options.id, at: run.#at(), reason });
    return run;
  }

  started(step: string): boolean {
    return this.#started.has(step);
  }

  /** Runs every step up to the point of no return; stops at the first that fails or when `signal` is aborted. */
  async forward(signal: AbortSignal): Promise<Forward> {
    for (const step of this.#options.runbook.steps) {
      try {
        signal.throwIfAborted();
        await this.#runStep(step);
      } catch (error) {
        await this.#tell('failed', step.name, { error });
        return { ok: false, failedStep: step.name, error };
      }
    }
    return this.#settle(signal);
  }

  /** The end of `forward`: what was written last has to be safe, and nobody may have asked to stop. */
  async #settle(signal: AbortSignal): Promise<Forward> {
    try {
      await this.#behind;
      signal.throwIfAborted();
      return { ok: true };
    } catch (error) {
      return { ok: false, failedStep: this.#open.at(-1)?.name ?? this.#options.runbook.name, error };
    }
  }

  /**
   * Undoes every step that was begun, last first; each undo must bear a half-done step. Stops at an undo that fails:
   * that cannot be mended without knowing why, and both errors are the reader's.
   */
  async backward(): Promise<Backward> {
    for (const step of [...this.#open].reverse()) {
      if (step.undo) {
        const began = this.#options.now();
        try {
          await this.#attempt({ event: 'undo-started', run: this.#options.id, step: step.name, at: this.#at() });
          const detail = await step.undo(this.#options.context, this);
          await this.#attempt({ event: 'undone', run: this.#options.id, step: step.name, at: this.#at() });
          this.#emit('undone', step, { began, detail });
        } catch (undoError) {
          await this.#tell('undo-failed', step.name, { error: undoError });
          await this.#attempt({ event: 'end', run: this.#options.id, outcome: 'stuck', at: this.#at() });
          return { ok: false, undoFailedAt: step.name, undoError };
        }
      }
      this.#open = this.#open.filter((open) => open !== step);
    }
    await this.#attempt({ event: 'end', run: this.#options.id, outcome: 'rolled-back', at: this.#at() });
    return { ok: true };
  }

  /** Ends the run with everything left as it is, because its owner wants that. */
  async leave(): Promise<void> {
    await this.#attempt({ event: 'end', run: this.#options.id, outcome: 'left', at: this.#at() });
  }

  /** Marks the point of no return, runs the cleanup and returns what of it failed. */
  async commit(): Promise<readonly Leftover[]> {
    await this.#write({ event: 'committed', run: this.#options.id, at: this.#at() });
    const leftovers: Leftover[] = [];
    for (const step of this.#options.runbook.cleanup) {
      try {
        await this.#runStep(step);
      } catch (error) {
        await this.#tell('failed', step.name, { error });
        leftovers.push({ step: step.name, error });
      }
    }
    await this.#write({ event: 'end', run: this.#options.id, outcome: 'succeeded', at: this.#at() });
    return leftovers;
  }

  async #runStep(step: Step<C>): Promise<void> {
    const { context, id } = this.#options;
    const reason = step.skip?.(context);
    const began = this.#options.now();
    if (reason !== undefined) return this.#emit('skipped', step, { began, detail: reason });
    this.#open.push(step);
    this.#started.add(step.name);
    this.#emit('started', step, { began });
    // Awaited, though it costs a round trip: on a disk that cannot be written the effect would happen, and nobody who
    // comes later would know of it. What was written behind the step before is safe then too.
    await this.#write({ event: 'started', run: id, step: step.name, at: this.#at() });
    await this.#behind;
    const detail = await step.run(context);
    this.#writeBehind({ event: 'done', run: id, step: step.name, at: this.#at() });
    this.timings.push({ step: step.name, durationMs: this.#options.now().getTime() - began.getTime() });
    this.#emit('done', step, { began, detail });
  }

  async #tell(event: 'failed' | 'undo-failed', step: string, { error }: { error: unknown }): Promise<void> {
    const text = error instanceof Error ? error.message : String(error);
    await this.#attempt({ event, run: this.#options.id, step, at: this.#at(), error: text });
    this.#options.onStep({ state: event, step, durationMs: 0, error });
  }

  #emit(state: StepEvent['state'], { name }: Step<C>, facts: { began: Date; detail?: string | void }): void {
    const durationMs = this.#options.now().getTime() - facts.began.getTime();
    const detail = facts.detail ?? undefined;
    this.#options.onStep({ state, step: name, durationMs, ...(detail === undefined ? {} : { detail }) });
  }

  #write(entry: JournalEntry): Promise<void> {
    return this.#options.journal.write(entry);
  }

  #writeBehind(entry: JournalEntry): void {
    this.#behind = Promise.all([this.#behind, this.#write(entry)]);
    this.#behind.catch(() => undefined);
  }

  /** A write on the way back: a full disk must not keep us from undoing, which is what frees it. */
  async #attempt(entry: JournalEntry): Promise<void> {
    await this.#write(entry).catch(() => undefined);
  }

  #at(): string {
    return this.#options.now().toISOString();
  }
}
