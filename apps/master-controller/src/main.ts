import { cannotListen, OpsError } from '@polydev/errors';
import { activatedSocket, gracefulEnd, notifyReady, onTermination, readReleaseInfo } from '@polydev/release';
import { openDatabase } from './database/open-database';
import { startMirror } from './mirror/mirror';
import { buildServer } from './server';
import { readSettings, type Settings } from './settings';

async function start(): Promise<void> {
  const settings = readSettings(process.env);
  const { stateDir, hostName, databaseUrl, logLevel } = settings;
  const database = databaseUrl === undefined ? undefined : openDatabase(databaseUrl);
  const server = buildServer({ stateDir, release: readReleaseInfo(__dirname), database }, logLevel);
  const mirror = database && startMirror({ stateDir, hostName, database, log: server.log });
  const { end } = gracefulEnd(server.server);
  onTermination(async () => {
    await end();
    await server.close();
    await mirror?.stop();
  });
  const { listenOptions, where } = whereToListen(settings);
  await server.listen(listenOptions).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : cannotListen(where, code);
  });
  notifyReady();
}

/** The socket that systemd holds for it, or a port of its own. */
function whereToListen({ host, port }: Settings) {
  const activated = activatedSocket();
  if (activated === undefined) return { listenOptions: { host, port }, where: `${host}:${port}` };
  // fastify would look for more addresses of `localhost`, its default.
  return { listenOptions: { ...activated, host: '127.0.0.1' }, where: `the socket that systemd passed` };
}

start().catch((error: unknown) => {
  const line = error instanceof OpsError ? `${error.code}: ${error.message} ${error.hint}` : error;
  console.error(line);
  process.exit(1);
});
