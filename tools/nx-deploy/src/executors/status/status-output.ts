import { printableName } from '@polydev/errors';
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
    stateDetail: host.stateDetail ?? null,
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
  ...status.hosts.flatMap((host) => warnings(status.target, host)),
  historyEvent(status),
];

const hostRow = (host: HostStatus): readonly string[] => [
  host.host,
  host.release ?? (host.health === 'unreachable' ? 'unknown' : 'none'),
  short(host.sha),
  short(host.digest),
  host.health,
  host.state,
  host.since ?? '',
  host.by ?? '',
];

const warnings = (target: string, { host, healthDetail, drift, state, stateDetail }: HostStatus): readonly Event[] => [
  ...(healthDetail === undefined ? [] : [{ kind: 'warning', host, text: healthDetail } as const]),
  ...drift.map(({ path, kind }) => ({ kind: 'warning', host, text: DRIFT[kind](printableName(path)) }) as const),
  ...(state === 'deploying' && stateDetail !== undefined
    ? [{ kind: 'note', host, text: `At work: ${stateDetail}.` } as const]
    : []),
  ...(state === 'interrupted' || state === 'stuck'
    ? [{ kind: 'warning', host, text: STATES[state](stateDetail ?? 'a run'), hint: mendHint(target) } as const]
    : []),
];

const DRIFT = {
  changed: (path: string) => `${path} is not as it was deployed.`,
  missing: (path: string) => `${path} was deployed and is gone.`,
  extra: (path: string) => `${path} was not deployed.`,
} as const;

const STATES = {
  interrupted: (run: string) => `Interrupted: ${run}. The host serves one release whole.`,
  stuck: (run: string) => `Stuck: ${run} could not be taken back.`,
} as const;

const mendHint = (target: string): string =>
  `\`npx nx run ${target}:recover\` finishes or undoes it (\`--dry-run\` says how); so does the next deploy or rollback.`;

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
        columns: ['deployment', 'kind', 'outcome', 'sha', 'by', 'at', 'reason'],
        rows: history.map(({ deployment, kind, outcome, sha, by, at, reason, open }) => [
          deployment,
          kind,
          open ? `${outcome} (not closed)` : outcome,
          short(sha),
          by,
          at,
          reason ?? '',
        ]),
      };

/** Letters of a hash that people compare. */
const SHORT = 12;
const short = (hash: string | undefined): string => hash?.slice(0, SHORT) ?? '';
