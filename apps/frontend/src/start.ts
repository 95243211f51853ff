import { randomBytes } from 'node:crypto';
import { subscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';

/**
 * Starts Next's own server and adds what a service needs. It is `server.js` of the artifact.
 *
 * Next itself closes on SIGTERM and lets requests in flight end; it exits with 143 then, which service managers take
 * for a failure, and waits for connections that became idle meanwhile.
 */
const GRACE_MS = 4_000;

// Drawn here, so that no key is in the artifact.
process.env['NEXT_SERVER_ACTIONS_ENCRYPTION_KEY'] ??= randomBytes(32).toString('base64');
process.env['NEXT_TELEMETRY_DISABLED'] ??= '1';

let server: Server | undefined;
subscribe('http.server.request.start', (message) => {
  server ??= (message as { server: Server }).server;
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    process.once('exit', () => (process.exitCode = 0));
    setTimeout(() => process.exit(0), GRACE_MS).unref();
    setInterval(() => server?.closeIdleConnections(), 50).unref();
  });
}

// Beside this file where it is deployed; in the workspace it is nowhere. It starts as it is loaded, so it comes last.
// eslint-disable-next-line @typescript-eslint/no-require-imports
require('./apps/frontend/server.js');
