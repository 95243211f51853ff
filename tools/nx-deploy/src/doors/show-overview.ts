import { workspaceRoot } from '@nx/devkit';
import { type EnvironmentConfig, loadEnvironment } from '@polydev/manifest';
import { statusOfTarget, type HostStatus, type TargetStatus } from '@polydev/operations';
import { terminalReporter } from '@polydev/reporting';
import { askDatabases, type AskedDatabase, databaseResult, databaseRow, databaseTrouble } from '../database/overview';
import { DEFAULT_LIMIT } from '../executors/status/show-status';
import { statusResult } from '../executors/status/status-output';
import { reportOnError } from './door';

/**
 * One table of what every target of an environment runs, with its health and its URL; what is wrong stands below it.
 * Returns whether every host could be asked and every target is healthy and at rest.
 */
export const showOverview = async (configuration: string | undefined): Promise<boolean> => {
  const environment = loadEnvironment({ root: workspaceRoot, configuration, env: process.env });
  const [databases, statuses] = await Promise.all([databasesOf(environment), statusesOf(environment, 1)]);
  terminalReporter()({
    kind: 'table',
    columns: ['target', 'release', 'SHA', 'health', 'URL'],
    rows: [
      ...databases.map(databaseRow),
      ...statuses.flatMap((status) => status.hosts.map((host) => row(status, host))),
    ],
  });
  const troubles = [...databases.flatMap(databaseTrouble), ...troublesOf(statuses)];
  troubles.forEach((text) => reportOnError({ kind: 'warning', ...text }));
  return troubles.length === 0;
};

/** The same for programs: the status of every target, in one array on standard output. Returns the same. */
export const showOverviewAsJson = async (configuration: string | undefined): Promise<boolean> => {
  const environment = loadEnvironment({ root: workspaceRoot, configuration, env: process.env });
  const [databases, statuses] = await Promise.all([databasesOf(environment), statusesOf(environment, DEFAULT_LIMIT)]);
  terminalReporter({ json: true })({
    kind: 'result',
    value: [...databases.map(databaseResult), ...statuses.map(statusResult)],
  });
  return [...databases.flatMap(databaseTrouble), ...troublesOf(statuses)].length === 0;
};

const databasesOf = (environment: EnvironmentConfig): Promise<readonly AskedDatabase[]> =>
  askDatabases({ environment, root: workspaceRoot, signal: new AbortController().signal });

const statusesOf = (environment: EnvironmentConfig, limit: number): Promise<readonly TargetStatus[]> => {
  const signal = new AbortController().signal;
  return Promise.all(
    environment.targets.map((target) => statusOfTarget({ environment, target, limit, report: reportOnError, signal })),
  );
};

const troublesOf = (statuses: readonly TargetStatus[]) =>
  statuses.flatMap(({ target, hosts }) => hosts.flatMap((host) => trouble({ target, ...host })));

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
      ? [{ host, text: `${target} is not as it was deployed: ${drift.length} paths differ.`, hint: more }]
      : []),
  ];
};
