import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { connect as connectTls } from 'node:tls';
import type { Duplex } from 'node:stream';
import { healthIdentitySchema } from '@polydev/contract';
import { isOpsError } from '@polydev/errors';
import type { Host } from '@polydev/host';
import type { HealthCheckConfig } from '@polydev/manifest';

/** One answer longer than this is cut: a health answer is a line. */
const MAX_ANSWER = 64 * 1024;
const PROBE_TIMEOUT_MS = 5_000;

/** What one look at a health URL found. */
export interface ProbeResult {
  /** Whether status and body are those asked for. */
  readonly ok: boolean;
  /** What was seen, in a phrase: `status 503: {"status":"starting"}`. */
  readonly seen: string;
  /** Id of the release that answered, where the answer tells. */
  readonly release?: string;
}

/**
 * Asks a health URL as the host sees it, through a connection that the host opens: nothing has to be installed there.
 * A refused or broken connection is a result; a lost link to the host is thrown.
 */
export const probe = async (host: Host, check: HealthCheckConfig, signal: AbortSignal): Promise<ProbeResult> => {
  const url = new URL(check.url);
  try {
    const answer = await ask(host, url, AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]));
    return judge(check, answer);
  } catch (error) {
    if (isOpsError(error) || signal.aborted) throw error;
    return { ok: false, seen: `no answer: ${reasonOf(error)}` };
  }
};

interface Answer {
  readonly status: number;
  readonly text: string;
}

const ask = async (host: Host, url: URL, signal: AbortSignal): Promise<Answer> => {
  const secure = url.protocol === 'https:';
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const stream = await host.connect(name, Number(url.port) || (secure ? 443 : 80));
  try {
    const socket = secure ? connectTls({ socket: stream, servername: name }) : stream;
    return await exchange(socket, url, signal);
  } finally {
    stream.destroy();
  }
};

const exchange = (socket: Duplex, url: URL, signal: AbortSignal): Promise<Answer> =>
  new Promise((done, fail) => {
    const options: RequestOptions = {
      method: 'GET',
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, accept: 'application/json', connection: 'close' },
      // A Duplex serves; the types ask for a socket.
      createConnection: () => socket as never,
      signal,
    };
    socket.on('error', fail);
    httpRequest(options, (response) => readAnswer(response).then(done, fail))
      .on('error', fail)
      .end();
  });

const readAnswer = async (response: IncomingMessage): Promise<Answer> => {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk as string;
    if (text.length > MAX_ANSWER) break;
  }
  return { status: response.statusCode ?? 0, text };
};

const judge = (check: HealthCheckConfig, { status, text }: Answer): ProbeResult => {
  const body = parse(text);
  const { release } = healthIdentitySchema.safeParse(body).data ?? {};
  const shown = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  return {
    ok: status === check.status && (check.body === undefined || contains(body, check.body)),
    seen: `status ${status}${shown ? `: ${shown}` : ', empty body'}`,
    ...(release === undefined ? {} : { release }),
  };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Whether every key of `wanted` is in `value`, with a value that contains the wanted one. */
export const contains = (value: unknown, wanted: unknown): boolean => {
  if (typeof wanted !== 'object' || wanted === null) return value === wanted;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(wanted).every(([key, part]) => contains((value as Record<string, unknown>)[key], part));
};

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError' || error.name === 'AbortError')
    return `nothing within ${PROBE_TIMEOUT_MS / 1000} s`;
  return 'code' in error && error.code === 'ECONNREFUSED' ? 'connection refused' : error.message;
};
