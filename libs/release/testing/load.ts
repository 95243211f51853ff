import { Agent, request } from 'node:http';

export interface Load {
  /** Whole answers so far, by what they said. */
  readonly answers: ReadonlyMap<string, number>;
  /** Why requests failed: a code, or the status of an answer other than 200. */
  readonly failures: readonly string[];
  /** Resolves when the last request has ended. */
  stop(): Promise<void>;
}

/**
 * Sends requests without a pause, each client its own method on a connection that it keeps as long as the server does,
 * and none twice.
 */
export function startLoad(url: string, clients: readonly ('GET' | 'POST')[]): Load {
  const answers = new Map<string, number>();
  const failures: string[] = [];
  let stopping = false;
  const client = async (method: string): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopping) {
      await ask(url, agent, method).then(
        (answer) => answers.set(answer, (answers.get(answer) ?? 0) + 1),
        (error: unknown) => failures.push((error as Error).message),
      );
    }
    agent.destroy();
  };
  const running = clients.map(client);
  const stop = async () => {
    stopping = true;
    await Promise.all(running);
  };
  return { answers, failures, stop };
}

const ask = (url: string, agent: Agent, method: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { agent, method }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode === 200 ? resolve(text) : reject(new Error(`${response.statusCode}`)),
      );
    });
    sent.on('error', reject);
    sent.end(method === 'POST' ? 'x'.repeat(2_000) : undefined);
  });
