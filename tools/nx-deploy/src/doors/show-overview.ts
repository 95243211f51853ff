import { workspaceRoot } from '@nx/devkit';
import { loadEnvironment } from '@polydev/manifest';
import { statusOfTarget, type HostStatus, type TargetStatus } from '@polydev/operations';
import { terminalReporter } from '@polydev/reporting';
import { reportOnError } from './door';

/**
 * One table of what every target of an environment runs, with its health and its URL; what is wrong stands below it.
 * Returns whether every host could be asked and every target is healthy and at rest.
 */
export const showOverview = async (configuration: string | undefined): Promise<boolean> => {
  const environment = loadEnvironment({ root: workspaceRoot, configuration, env: process.env });
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
  const hosts = statuses.flatMap((status) => status.hosts.map((host) => ({ target: status.target, ...host })));
  hosts.flatMap(trouble).forEach((text) => reportOnError({ kind: 'warning', ...text }));
  return hosts.every((host) => trouble(host).length === 0);
};

const row = ({ target, url, hosts }: TargetStatus, { host, release, sha, health }: HostStatus): string[] => [
  hosts.length > 1 ? `${target} on ${host}` : target,
  health === 'unreachable' ? 'unknown' : (release ?? 'none'),
  sha?.slice(0, 7) ?? '',
  health,
  url ?? '',
];

/** What a person has to know of one host; nothing where all is well. */
const trouble = ({ target, host, health, healthDetail, state, drift }: HostStatus & { readonly target: string }) => {
  const more = `\`npx nx run ${target}:status\` says more.`;
  return [
    ...(health === 'unhealthy' || health === 'unreachable'
      ? [{ host, text: `${target} is ${health}${healthDetail === undefined ? '' : `: ${healthDetail}`}`, hint: more }]
      : []),
    ...(state === 'interrupted' || state === 'stuck'
      ? [{ host, text: `A deployment of ${target} is ${state}.`, hint: `\`npx nx run ${target}:recover\` mends it.` }]
      : []),
    ...(drift.length > 0
      ? [{ host, text: `${drift.length} files of ${target} are not as they were deployed.`, hint: more }]
      : []),
  ];
};
