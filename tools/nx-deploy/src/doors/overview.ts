import { workspaceRoot } from '@nx/devkit';
import { loadEnvironment } from '@polydev/manifest';
import { statusOfTarget, type HostStatus, type TargetStatus } from '@polydev/operations';
import { terminalReporter } from '@polydev/reporting';
import { openDoor, parseDoor, reportOnError } from './door';

/**
 * `overview [-c <environment>]`: one table of what every target of an environment runs, with its health and its URL.
 * Fails when a host is out of reach or a target is not healthy.
 */
const overview = async (): Promise<void> => {
  const { values } = parseDoor('overview', { options: { configuration: { type: 'string', short: 'c' } } });
  const environment = loadEnvironment({ root: workspaceRoot, configuration: values.configuration, env: process.env });
  const signal = new AbortController().signal;
  const statuses = await Promise.all(
    environment.targets.map((target) =>
      statusOfTarget({ environment, target, limit: 1, report: reportOnError, signal }),
    ),
  );
  terminalReporter()({
    kind: 'table',
    columns: ['target', 'release', 'SHA', 'health', 'URL'],
    rows: statuses.flatMap((status) => status.hosts.map((host) => row(status, host))),
  });
  const healths = statuses.flatMap(({ hosts }) => hosts.map(({ health }) => health));
  process.exitCode = healths.some((health) => health === 'unhealthy' || health === 'unreachable') ? 1 : 0;
};

const row = ({ target, url, hosts }: TargetStatus, { host, release, sha, health }: HostStatus): string[] => [
  hosts.length > 1 ? `${target} on ${host}` : target,
  release ?? 'none',
  sha?.slice(0, 7) ?? '',
  health,
  url ?? '',
];

void openDoor(overview);
