import { cannotListen, OpsError } from '@polydev/errors';
import { notifyReady, onTermination, readReleaseInfo } from '@polydev/release';
import { buildServer } from './server';
import { readSettings } from './settings';

async function start(): Promise<void> {
  const settings = readSettings(process.env);
  const server = buildServer({ stateDir: settings.stateDir, release: readReleaseInfo(__dirname) }, settings.logLevel);
  onTermination(() => server.close());
  const { host, port } = settings;
  await server.listen({ host, port }).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : cannotListen(`${host}:${port}`, code);
  });
  notifyReady();
}

start().catch((error: unknown) => {
  const line = error instanceof OpsError ? `${error.code}: ${error.message} ${error.hint}` : error;
  console.error(line);
  process.exit(1);
});
