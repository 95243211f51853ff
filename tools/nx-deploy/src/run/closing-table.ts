import type { DeploymentRecord, HostOutcome, HostRecord } from '@polydev/contract';
import type { EnvironmentConfig } from '@polydev/manifest';
import type { Event } from '@polydev/reporting';

/** What became of every target on every host, as one table. */
export const closingTable = (record: DeploymentRecord, { targets }: EnvironmentConfig): Event => {
  const urls = new Map(targets.map(({ name, url }) => [name, url]));
  return {
    kind: 'table',
    title: `Deployment ${record.id} to ${record.environment}: ${record.outcome}`,
    columns: ['target', 'host', 'result', 'serves', 'before', 'url'],
    rows: record.targets.flatMap(({ target, outcome, hosts }) => {
      const url = urls.get(target) ?? '';
      return hosts.length === 0
        ? [[target, '', RESULTS[outcome], '', '', url]]
        : hosts.map((host) => [target, host.host, RESULTS[host.outcome], host.release ?? '', before(host), url]);
    }),
  };
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
