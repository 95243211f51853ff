import type { AddressInfo } from 'node:net';
import { notifyReady, onTermination, readReleaseInfo } from '@polydev/release';
import { createAgentServer } from './agent-server';
import { readSettings } from './settings';

const log = (message: string, facts: object) =>
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), message, ...facts })}\n`);
const giveUp = (reason: string) => {
  log('cannot start', { reason });
  process.exit(1);
};

const settings = readSettings(process.env);
if (typeof settings === 'string') giveUp(settings);
else {
  const release = readReleaseInfo(__dirname);
  const server = createAgentServer(release, settings.image);
  server.on('error', (error) => giveUp(error.message));
  server.listen(settings.port, settings.host, () => {
    log('listening', {
      host: settings.host,
      port: (server.address() as AddressInfo).port,
      release: release?.release,
      ...settings.image,
    });
    notifyReady();
  });
  onTermination(async () => {
    // A connection that was busy when the server began to close becomes idle later.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    await new Promise((closed) => server.close(closed));
    clearInterval(sweep);
  });
}
