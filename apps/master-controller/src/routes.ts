import type { FastifyInstance } from 'fastify';
import type { ReleaseInfo } from '@polydev/contract';
import { queryInvalid } from '@polydev/errors';
import { healthAnswer } from '@polydev/release';
import { z } from 'zod';
import { findDeployment, listDeployments, type DeploymentsQuery } from './deployments/list-deployments';
import { remember } from './remember';
import { listTargets } from './targets/list-targets';

/** A page that refreshes itself in many browsers must not ask every service once per browser. */
const TARGETS_KEPT_MS = 1_000;

export interface ControllerState {
  readonly stateDir: string;
  readonly release: ReleaseInfo | undefined;
}

/** `GET /api/auth/health`, `/api/deployments`, `/api/deployments/:id`, `/api/targets`. */
export function addRoutes(server: FastifyInstance, state: ControllerState): void {
  const targets = remember(TARGETS_KEPT_MS, () => listTargets(state.stateDir));
  server.get('/api/auth/health', { logLevel: 'warn' }, () => healthAnswer('healthy', state.release));
  server.get('/api/targets', () => targets());
  server.get('/api/deployments', (request) => listDeployments(state.stateDir, parseQuery(request.query)));
  server.get<{ Params: { id: string } }>('/api/deployments/:id', (request) =>
    findDeployment(state.stateDir, request.params.id),
  );
}

const querySchema = z.strictObject({
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'a whole number from 1 to 999 is expected')
    .transform(Number)
    .default(50),
  target: z.string().min(1, 'a name is expected').optional(),
});

function parseQuery(query: unknown): DeploymentsQuery {
  const result = querySchema.safeParse(query);
  if (result.success) return result.data;
  throw queryInvalid(result.error.issues.map(({ path, message }) => [...path, message].join(': ')));
}
