import type { DeploymentRecord, HostOutcome, HostRecord, SchemaMove } from '@polydev/contract';
import type { EnvironmentConfig } from '@polydev/manifest';
import type { Event } from '@polydev/reporting';

/** What became of every target on every host, as one table. */
export const closingTable = (record: DeploymentRecord, { targets }: EnvironmentConfig): Event => {
  const results = { ...RESULTS, ...(record.kind === 'rollback' ? ROLLBACK_RESULTS : {}) };
  const urls = new Map(targets.map(({ name, url }) => [name, url]));
  return {
    kind: 'table',
    title: titleOf(record),
    columns: ['target', 'host', 'result', 'serves', 'before', 'url'],
    rows: record.targets.flatMap(({ target, outcome, schema, hosts }) => {
      const url = urls.get(target) ?? '';
      if (schema) return [[target, '', SCHEMA_RESULTS[outcome], ...schemaText(schema), url]];
      return hosts.length === 0
        ? [[target, '', results[outcome], '', '', url]]
        : hosts.map((host) => [target, host.host, results[host.outcome], host.release ?? '', before(host), url]);
    }),
  };
};

/** The version that it has, and the one that it had, where that is another. */
const schemaText = ({ from, to }: SchemaMove): readonly string[] => [
  `schema ${to ?? 'none'}`,
  from === to ? '' : `schema ${from ?? 'none'}`,
];

const titleOf = ({ id, kind, environment, outcome, undid = [], targets }: DeploymentRecord): string => {
  const untouched = targets.every((target) => target.outcome === 'not-reached');
  const ended = untouched ? 'not begun; nothing was touched, and nothing is recorded' : outcome;
  if (kind === 'deploy') return `Deployment ${id} to ${environment}: ${ended}`;
  return `Rollback ${id} on ${environment}: ${ended}${undid.length === 0 ? '' : `; it undid ${undid.join(', ')}`}`;
};

/** What served before, where that is something else. */
const before = ({ release, previous }: HostRecord): string =>
  previous === undefined || previous === release ? '' : previous;

const RESULTS: Readonly<Record<HostOutcome, string>> = {
  moved: 'deployed',
  unchanged: 'live already',
  'taken-back': 'taken back',
  stuck: 'stuck',
  'not-reached': 'not reached',
  running: 'not ended',
};

/** Of a database. What was applied before a file that failed stays, so that is not called taken back. */
const SCHEMA_RESULTS: Readonly<Record<HostOutcome, string>> = {
  ...RESULTS,
  moved: 'migrated',
  unchanged: 'up to date',
  'taken-back': 'failed',
  stuck: 'failed half-way',
};

const ROLLBACK_RESULTS = { moved: 'rolled back', unchanged: 'was there already', 'taken-back': 'kept' } as const;
