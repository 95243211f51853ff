import { setTimeout as sleep } from 'node:timers/promises';
import { isOpsError, type OpsError } from '@polydev/errors';
import type { Host } from '@polydev/host';
import type { TargetConfig } from '@polydev/manifest';

/** Longer is not waited for a service that may be down. Milliseconds. */
const PATIENCE_MS = 3_000;

/** FORWARDING_REFUSED for each health check that sshd will not let us make. A service that does not run is fine here. */
export const askForwarding = async (host: Host, targets: readonly TargetConfig[]): Promise<readonly OpsError[]> => {
  const urls = targets.flatMap(({ healthCheck }) => (healthCheck ? [new URL(healthCheck.url)] : []));
  const places = new Map(urls.map((url) => [url.host, url]));
  const answers = await Promise.all([...places.values()].map((url) => refusalOf(host, url)));
  return answers.filter((answer) => answer !== undefined);
};

const refusalOf = async (host: Host, url: URL): Promise<OpsError | undefined> => {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const asked = host.connect(url.hostname.replace(/^\[|\]$/g, ''), port).then(
    (socket) => void socket.on('error', () => undefined).destroy(),
    (error: unknown) => error,
  );
  const answer = await Promise.race([asked, sleep(PATIENCE_MS, undefined, { ref: false })]);
  return isOpsError(answer, 'FORWARDING_REFUSED') ? answer : undefined;
};
