import type { FastifyInstance } from 'fastify';
import type { ReleaseInfo } from '@polydev/contract';
import { historyNotKept } from '@polydev/errors';
import { healthAnswer } from '@polydev/release';
import type { Pool } from 'pg';
import { z } from 'zod';
import { findDeployment, listDeployments } from './deployments/list-deployments';
import { historyQuerySchema } from './history/history-query';
import { listHistory } from './history/list-history';
import { limitSchema, nameSchema, parseQuery } from './parse-query';
import { remember } from './remember';
import { listTargets } from './targets/list-targets';

/** A page that refreshes itself in many browsers must not ask every service once per browser. */
const TARGETS_KEPT_MS = 1_000;

export interface ControllerState {
  readonly stateDir: string;
  readonly release: ReleaseInfo | undefined;
  /** Where the history over hosts is, if it is kept. */
  readonly database?: Pool | undefined;
}

const deploymentsQuerySchema = z.strictObject({ limit: limitSchema, target: nameSchema });

/** `GET /api/auth/health`, `/api/deployments`, `/api/deployments/history`, `/api/deployments/:id`, `/api/targets`. */
export function addRoutes(server: FastifyInstance, state: ControllerState): void {
  const { stateDir, release, database } = state;
  const targets = remember(TARGETS_KEPT_MS, () => listTargets(stateDir));
  server.get('/api/auth/health', { logLevel: 'warn' }, () => healthAnswer('healthy', release));
  server.get('/api/targets', () => targets());
  server.get('/api/deployments', ({ query }) => listDeployments(stateDir, parseQuery(deploymentsQuerySchema, query)));
  server.get('/api/deployments/history', async ({ query }) => {
    const asked = parseQuery(historyQuerySchema, query);
    if (!database) throw historyNotKept();
    return listHistory(database, asked);
  });
  server.get<{ Params: { id: string } }>('/api/deployments/:id', ({ params }) => findDeployment(stateDir, params.id));
}
