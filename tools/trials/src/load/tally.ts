import { Histogram } from './histogram';
import { LOAD_KINDS, type LoadKind, type Outcome } from './kinds';
import type { AnswersOfTree, KindReport, LoadReport, Longest, MarkReport } from './report';

const REASONS_KEPT = 20;

type Changing<T> = { -readonly [Key in keyof T]: T[Key] };

interface KindTally {
  readonly times: Histogram;
  readonly counts: { ok: number; failed: number; truncated: number; opened: number };
  readonly reasons: { at: number; reason: string }[];
  lastFailureAt?: number;
}

/** Counts how requests ended. Clocks are its caller's: every time is milliseconds since the load began. */
export class Tally {
  readonly #kinds = Object.fromEntries(LOAD_KINDS.map((kind) => [kind, emptyKind()])) as Record<LoadKind, KindTally>;
  readonly #answers = new Map<string, Changing<AnswersOfTree>>();
  readonly #marks: Changing<MarkReport>[] = [];
  #longest: Longest | undefined;

  opened(kind: LoadKind): void {
    this.#kinds[kind].counts.opened += 1;
  }

  /** A tree answered; told apart from the outcome because an answer that never ends tells it at once. */
  answered(digest: string, at: number): void {
    const known = this.#answers.get(digest);
    if (known) Object.assign(known, { count: known.count + 1, lastAt: at });
    else this.#answers.set(digest, { digest, count: 1, firstAt: at, lastAt: at });
  }

  add(outcome: Outcome): void {
    const { kind, result, reason = '', endedAt, startedAt, tookMs } = outcome;
    const tally = this.#kinds[kind];
    tally.counts[result] += 1;
    tally.times.add(tookMs);
    if (result !== 'ok') {
      tally.lastFailureAt = endedAt;
      if (tally.reasons.length < REASONS_KEPT) tally.reasons.push({ at: endedAt, reason });
    }
    const longest = { kind, ms: tookMs, at: startedAt };
    this.#longest = longerOf(this.#longest, longest);
    for (const mark of this.#marks) {
      if (startedAt > (mark.to ?? Infinity) || endedAt < mark.from) continue;
      mark.requests += 1;
      if (result !== 'ok') mark[result] += 1;
      mark.longest = longerOf(mark.longest, longest);
    }
  }

  mark(name: string, at: number): void {
    this.unmark(at);
    this.#marks.push({ name, from: at, requests: 0, failed: 0, truncated: 0 });
  }

  unmark(at: number): void {
    const last = this.#marks.at(-1);
    if (last) last.to ??= at;
  }

  report(at: number): LoadReport {
    return {
      seconds: at / 1000,
      kinds: Object.fromEntries(LOAD_KINDS.map((kind) => [kind, reportOf(this.#kinds[kind])])) as Record<
        LoadKind,
        KindReport
      >,
      answers: [...this.#answers.values()],
      longest: this.#longest,
      marks: this.#marks,
    };
  }
}

const emptyKind = (): KindTally => ({
  times: new Histogram(),
  counts: { ok: 0, failed: 0, truncated: 0, opened: 0 },
  reasons: [],
});

const reportOf = ({ times, counts, reasons, lastFailureAt }: KindTally): KindReport => ({
  ...counts,
  p50Ms: times.quantile(0.5),
  p99Ms: times.quantile(0.99),
  longestMs: times.longest,
  reasons,
  ...(lastFailureAt === undefined ? {} : { lastFailureAt }),
});

const longerOf = (one: Longest | undefined, other: Longest): Longest => (one && one.ms >= other.ms ? one : other);
