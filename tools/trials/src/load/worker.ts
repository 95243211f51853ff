import type { Agent } from 'node:http';
import { ask, type Asked } from './ask';
import type { LoadKind, LoadSettings, Outcome } from './kinds';
import type { Tally } from './tally';

export interface Request {
  readonly path: string;
  readonly agent: Agent | false;
  readonly method?: 'GET' | 'POST';
  readonly body?: Buffer;
  /** What its time is: to the answer's end (the default) or to its head. */
  readonly timed?: 'head';
}

/** What a worker reports through; `now` is milliseconds since the load began. */
export interface WorkerContext {
  readonly kind: LoadKind;
  readonly settings: LoadSettings;
  readonly tally: Tally;
  readonly now: () => number;
  /** Aborted when the load ends: closes what has no end of its own. */
  readonly signal: AbortSignal;
  /** Sends a request and counts how it ended; `judge` returns what is wrong with an answer that is whole. */
  readonly ask: (request: Request, judge: (asked: Asked) => string | undefined) => Promise<void>;
}

/** One connection of a kind of load. `ask` does one request, or holds one answer without end, and never throws. */
export type Worker = (context: WorkerContext) => { readonly ask: () => Promise<void>; readonly close: () => void };

type Base = Omit<WorkerContext, 'ask'>;

/** The context's `ask`: one request, one outcome. */
export const askWith = (base: Base): WorkerContext['ask'] => {
  const { kind, settings, tally, now } = base;
  return async (request, judge) => {
    const startedAt = now();
    const asked = await ask({
      ...request,
      url: new URL(request.path, settings.url),
      silenceMs: settings.silenceMs,
      onOpened: () => tally.opened(kind),
      onHead: (answer) => noteTree(base, answer.headers['x-demo-digest']),
    });
    const endedAt = now();
    const tookMs = request.timed === 'head' ? (asked.headMs ?? endedAt - startedAt) : endedAt - startedAt;
    tally.add({ kind, startedAt, endedAt, tookMs, ...resultOf(asked, judge) });
  };
};

export const noteTree = ({ tally, now }: Pick<Base, 'tally' | 'now'>, digest: unknown): void => {
  if (typeof digest === 'string') tally.answered(digest, now());
};

type Result = Pick<Outcome, 'result' | 'reason'>;

/** How an answer counts: failed before it began, or not 200; truncated where it began well and is not whole. */
export const resultOf = (asked: Asked, judge: (asked: Asked) => string | undefined): Result => {
  const { answer, whole, problem } = asked;
  if (!answer) return { result: 'failed', reason: problem ?? 'no answer' };
  if (answer.statusCode !== 200) return { result: 'failed', reason: `status ${answer.statusCode ?? 0}` };
  if (!whole) return { result: 'truncated', reason: problem ?? 'the connection ended before the answer' };
  if (problem !== undefined) return { result: 'failed', reason: problem };
  const wrong = judge(asked);
  if (wrong === undefined) return { result: 'ok' };
  return { result: wrong.includes('last line') ? 'truncated' : 'failed', reason: wrong };
};
