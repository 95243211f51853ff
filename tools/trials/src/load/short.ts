import { createHash, randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import type { Asked } from './ask';
import type { Worker } from './worker';

const BODY_BYTES = 2048;

/** One connection that asks again and again: `GET /`, whose answer tells its own hash. */
export const getWorker: Worker = (context) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return { ask: () => context.ask({ path: '/', agent }, judgeBody), close: () => agent.destroy() };
};

/** The same on a new connection for each request. */
export const newConnectionWorker: Worker = (context) => ({
  ask: () => context.ask({ path: '/', agent: false }, judgeBody),
  close: () => undefined,
});

/** One connection that sends a body again and again; the answer is the body's hash. */
export const postWorker: Worker = (context) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const post = () => {
    const body = randomBytes(BODY_BYTES);
    const wanted = sha256(body);
    return context.ask({ path: '/echo', agent, method: 'POST', body }, ({ body: answer }) =>
      answer.toString().includes(wanted) ? undefined : 'the answer is not the hash of what was sent',
    );
  };
  return { ask: post, close: () => agent.destroy() };
};

const judgeBody = ({ answer, body }: Asked): string | undefined =>
  answer?.headers['x-body-sha256'] === sha256(body) ? undefined : 'the body is not the one that was announced';

/** An answer of several seconds, whose last line is the hash of all before. */
export const streamWorker: Worker = (context) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const path = `/stream?seconds=${context.settings.streamSeconds}`;
  return {
    ask: () => context.ask({ path, agent, timed: 'head' }, ({ body }) => judgeStream(body.toString())),
    close: () => agent.destroy(),
  };
};

const judgeStream = (text: string): string | undefined => {
  const [, lines = '', hash = ''] = /^([^]*)sha256 ([0-9a-f]{64})\n$/.exec(text) ?? [];
  if (!hash) return 'its last line is missing';
  return sha256(lines) === hash ? undefined : 'its last line is not the hash of what came before';
};

const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');
