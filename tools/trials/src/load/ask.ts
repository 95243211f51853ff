import { request as httpRequest, type Agent, type IncomingMessage, type RequestOptions } from 'node:http';

export interface Question {
  readonly url: URL;
  /** `false` = a connection of its own that is closed afterwards. */
  readonly agent: Agent | false;
  readonly method?: 'GET' | 'POST';
  readonly body?: Buffer;
  readonly silenceMs: number;
  readonly signal?: AbortSignal;
  readonly onOpened: () => void;
  /** Called as soon as the answer's head is there. */
  readonly onHead?: (answer: IncomingMessage) => void;
}

/** What came of a request: never thrown, never tried again. */
export interface Asked {
  /** Undefined where no answer began. */
  readonly answer: IncomingMessage | undefined;
  readonly body: Buffer;
  /** Whether all of the answer came, by HTTP's own measure (length, last chunk). */
  readonly whole: boolean;
  /** What broke: a system's error code, or a phrase. */
  readonly problem?: string;
  /** Milliseconds from the request to the answer's head; undefined where none came. */
  readonly headMs: number | undefined;
}

/** Sends one request and waits for the end of its answer, whatever it is. Node's client repeats nothing by itself. */
export const ask = (question: Question): Promise<Asked> =>
  new Promise((resolve) => {
    const began = performance.now();
    const chunks: Buffer[] = [];
    let answer: IncomingMessage | undefined;
    let headMs: number | undefined;
    let problem: string | undefined;
    const finish = () =>
      resolve({
        answer,
        body: Buffer.concat(chunks),
        whole: answer?.complete === true,
        headMs,
        ...(problem === undefined ? {} : { problem }),
      });

    const request = httpRequest(question.url, optionsOf(question));
    const fail = (error: Error) => {
      problem ??= reasonOf(error, request.reusedSocket);
    };
    request.on('socket', () => {
      if (!request.reusedSocket) question.onOpened();
    });
    request.on('timeout', () => request.destroy(new Error(`silent for ${question.silenceMs} ms`)));
    request.on('response', (response) => {
      answer = response;
      headMs = performance.now() - began;
      question.onHead?.(response);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('close', finish);
    });
    request.on('error', (error) => {
      fail(error);
      if (!answer) finish();
    });
    request.end(question.body);
  });

const optionsOf = ({ agent, method = 'GET', body, silenceMs, signal }: Question): RequestOptions => ({
  agent,
  method,
  timeout: silenceMs,
  ...(body ? { headers: { 'content-type': 'application/octet-stream', 'content-length': body.length } } : {}),
  ...(signal ? { signal } : {}),
});

/** The error in a phrase, and whether the connection had served before: a race with its end is a cause of its own. */
export const reasonOf = (error: Error, reused: boolean): string => {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return `${code && code !== error.message ? `${code}: ` : ''}${error.message}${reused ? ' (connection used before)' : ''}`;
};
