import fastify, { type FastifyInstance } from 'fastify';
import { answerError, answerErrors } from './http-errors';
import { addRoutes, type ControllerState } from './routes';

/** Returns the controller's HTTP server, not yet listening. It logs JSON lines to stdout at the given level. */
export function buildServer(state: ControllerState, logLevel: string): FastifyInstance {
  const server = fastify({
    logger: { level: logLevel, base: { release: state.release?.release } },
    // While it closes, requests on connections that are open already are still answered.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1_000 },
    // A URL that cannot be decoded never reaches the error handler.
    frameworkErrors: answerError,
  });
  server.addHook('onSend', async (_, reply) => {
    reply.header('cache-control', 'no-store');
  });
  answerErrors(server);
  addRoutes(server, state);
  return server;
}
