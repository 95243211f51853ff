import { get, type IncomingMessage } from 'node:http';

export interface HealthReply {
  readonly status: number;
  /** What was answered, read as JSON; its text where it is none. */
  readonly body: unknown;
}

/** QEMU's port forwarding takes connections that nobody answers, so every question needs an end. */
const ANSWER_MS = 2_000;
const ANSWER_BYTES = 64 * 1024;

/** Asks `<url>/health` once, on a connection of its own. Returns undefined where no whole answer came in time. */
export const askHealth = (url: string): Promise<HealthReply | undefined> =>
  new Promise((resolve) => {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const question = get(`${url}/health`, { agent: false, signal }, (answer) => {
      readBody(answer).then(
        (text) => resolve({ status: answer.statusCode ?? 0, body: jsonOr(text) }),
        () => resolve(undefined),
      );
    });
    question.on('error', () => resolve(undefined));
  });

const readBody = async (answer: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_BYTES) throw new Error('a health answer of more than 64 KiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const jsonOr = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
