import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DeploymentsAnswer, TargetsAnswer } from '@polydev/contract';

/** A real HTTP server that answers as the controller does, with what a test gives it. */
export interface StandIn {
  readonly url: string;
  /** What it answers with from now on. */
  answer(answers: Answers): void;
  close(): Promise<void>;
}
export interface Answers {
  readonly targets: TargetsAnswer;
  readonly deployments: DeploymentsAnswer;
  /** Answered to everything instead. */
  readonly failure?: { readonly status: number; readonly body: string };
  /** Awaited before each answer. */
  readonly before?: () => Promise<void>;
}

export const NOTHING: Answers = {
  targets: { targets: [], unreadable: [] },
  deployments: { deployments: [], total: 0, unreadable: [] },
};

export async function startStandIn(): Promise<StandIn> {
  let answers = NOTHING;
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { failure, before } = answers;
    await before?.();
    if (failure) return void response.writeHead(failure.status).end(failure.body);
    const body = request.url === '/api/targets' ? answers.targets : answers.deployments;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (next) => void (answers = next),
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
