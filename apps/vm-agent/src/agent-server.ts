import { createServer, type Server } from 'node:http';
import type { ImageIdentity, ReleaseInfo } from '@polydev/contract';
import { healthAnswer } from '@polydev/release';

/** Returns the agent's HTTP server, not yet listening. `GET /health` answers `{"status":"ready"}`, the release and the image. */
export function createAgentServer(release: ReleaseInfo | undefined, image: Partial<ImageIdentity> = {}): Server {
  const health = healthAnswer('ready', release, image);
  return createServer((request, response) => {
    const [status, body] = answer(request.method ?? 'GET', request.url ?? '/', health);
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : JSON.stringify(body));
  });
}

function answer(method: string, url: string, health: object): readonly [number, object] {
  const path = url.split('?')[0];
  if (path !== '/health') {
    return [404, { code: 'NOT_FOUND', message: `There is nothing at ${path}.`, hint: 'Ask /health.' }];
  }
  if (method !== 'GET' && method !== 'HEAD') {
    return [405, { code: 'METHOD_NOT_ALLOWED', message: `/health does not take ${method}.`, hint: 'Use GET.' }];
  }
  return [200, health];
}
