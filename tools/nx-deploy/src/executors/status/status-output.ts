import type { HostStatus, TargetStatus } from '@polydev/operations';
import type { Event } from '@polydev/reporting';

/** The status as programs read it: every key is always there, `null` where there is nothing to say. */
export const statusResult = ({ target, environment, hosts, history }: TargetStatus) => ({
  target,
  environment,
  hosts: hosts.map((host) => ({
    ...host,
    release: host.release ?? null,
    sha: host.sha ?? null,
    digest: host.digest ?? null,
    healthDetail: host.healthDetail ?? null,
    since: host.since ?? null,
    by: host.by ?? null,
  })),
  history,
});

/** The status as people read it: a line that says where, the hosts, what is wrong with them, and the history. */
export const statusEvents = (status: TargetStatus): readonly Event[] => [
  {
    kind: 'headline',
    text: `${status.target} in ${status.environment}${status.url === undefined ? '' : `, ${status.url}`}`,
  },
  {
    kind: 'table',
    columns: ['host', 'release', 'sha', 'digest', 'health', 'state', 'since', 'by'],
    rows: status.hosts.map(hostRow),
  },
  ...status.hosts.flatMap(warnings),
  historyEvent(status),
];

const hostRow = (host: HostStatus): readonly string[] => [
  host.host,
  host.release ?? 'none',
  short(host.sha),
  short(host.digest),
  host.health,
  host.state,
  host.since ?? '',
  host.by ?? '',
];

const warnings = ({ host, healthDetail, drift, state }: HostStatus): readonly Event[] => [
  ...(healthDetail === undefined ? [] : [{ kind: 'warning', host, text: healthDetail } as const]),
  ...drift.map(({ path, kind }) => ({ kind: 'warning', host, text: DRIFT[kind](path) }) as const),
  ...(state === 'interrupted' || state === 'stuck' ? [{ kind: 'warning', host, ...STATES[state] } as const] : []),
];

const DRIFT = {
  changed: (path: string) => `${path} is not as it was deployed.`,
  missing: (path: string) => `${path} was deployed and is gone.`,
  extra: (path: string) => `${path} was not deployed.`,
} as const;

const STATES = {
  interrupted: {
    text: 'A deployment ended half-way; the host serves one release whole.',
    hint: 'The next deploy finishes or undoes it.',
  },
  stuck: {
    text: 'A deployment could not be taken back.',
    hint: 'Its record says what is left; the next deploy tries again.',
  },
} as const;

const historyEvent = ({ history, hosts }: TargetStatus): Event =>
  history.length === 0
    ? {
        kind: 'note',
        text: hosts.some(({ health }) => health === 'unreachable')
          ? 'Its history lies on hosts that could not be asked.'
          : 'It has not been deployed here yet.',
      }
    : {
        kind: 'table',
        title: 'Deployments, newest first',
        columns: ['deployment', 'outcome', 'sha', 'by', 'at'],
        rows: history.map(({ deployment, outcome, sha, by, at }) => [deployment, outcome, short(sha), by, at]),
      };

/** Letters of a hash that people compare. */
const SHORT = 12;
const short = (hash: string | undefined): string => hash?.slice(0, SHORT) ?? '';
