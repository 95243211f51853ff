/** Kinds of load, each on connections of its own. */
export const LOAD_KINDS = ['get', 'post', 'new-connection', 'stream', 'events', 'web-socket'] as const;
export type LoadKind = (typeof LOAD_KINDS)[number];

/** What the load client is told at its start. */
export interface LoadSettings {
  /** Origin of the service: `http://10.0.0.2:80`. */
  readonly url: string;
  /** Connections of each kind; a kind that is left out is not asked for. */
  readonly connections: Readonly<Partial<Record<LoadKind, number>>>;
  /** Milliseconds between an answer and the next request on the same connection. */
  readonly pauseMs: number;
  /** Milliseconds without a byte after which an answer counts as failed. */
  readonly silenceMs: number;
  /** Length of a streaming answer. */
  readonly streamSeconds: number;
}

/** A line on the load client's standard input. */
export type LoadCommand =
  /** Begins an interval, and ends the one before. */
  | { readonly do: 'mark'; readonly name: string }
  | { readonly do: 'unmark' }
  /** Lets running requests end, reports, and ends. */
  | { readonly do: 'stop' };

/** How one request ended. Times are milliseconds since the load began. */
export interface Outcome {
  readonly kind: LoadKind;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Milliseconds to the answer's last byte; to its first where it is a stream. */
  readonly tookMs: number;
  /** `truncated`: an answer began and was not whole. */
  readonly result: 'ok' | 'failed' | 'truncated';
  /** Why it is not ok. */
  readonly reason?: string;
  /** Digest of the tree that answered, where an answer told. */
  readonly digest?: string;
}
