import type { ErrorFacts } from '@polydev/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type CONTROLLER_CODES, OpsError, routeUnknown } from '@polydev/errors';

/** The one table from code to HTTP status. */
const STATUS: Readonly<Record<(typeof CONTROLLER_CODES)[number], number>> = {
  DEPLOYMENT_UNKNOWN: 404,
  DEPLOYMENT_ID_INVALID: 400,
  QUERY_INVALID: 400,
  ROUTE_UNKNOWN: 404,
  RECORD_UNREADABLE: 500,
  STATE_UNREADABLE: 500,
  SETTINGS_INVALID: 500,
  CANNOT_LISTEN: 500,
  HISTORY_NOT_KEPT: 501,
  HISTORY_UNAVAILABLE: 503,
};
const statuses: Readonly<Partial<Record<string, number>>> = STATUS;

/** Makes every answer that is not 2xx `{code, message, hint}`. */
export function answerErrors(server: FastifyInstance): void {
  server.setNotFoundHandler((request) => {
    throw routeUnknown(request.method, request.url.split('?')[0] ?? '/');
  });
  server.setErrorHandler(answerError);
}

/** What is a bug goes to the log with its stack, and out as a sentence. */
export function answerError(
  error: Error & { statusCode?: number },
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const [status, body] = answerTo(error);
  if (status === 500) request.log.error({ err: error }, 'request failed');
  void reply.code(status).send(body);
}

function answerTo(error: Error & { statusCode?: number }): readonly [number, ErrorFacts] {
  if (error instanceof OpsError) {
    const { code, message, hint } = error;
    return [statuses[code] ?? 500, { code, message, hint }];
  }
  // What Fastify itself refuses, such as a malformed URL.
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return [error.statusCode, { code: 'REQUEST_INVALID', message: error.message, hint: 'Correct the request.' }];
  }
  const message = 'The master-controller failed to answer.';
  return [500, { code: 'INTERNAL_ERROR', message, hint: 'Its log says why; please report it.' }];
}
