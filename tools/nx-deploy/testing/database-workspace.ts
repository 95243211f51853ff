import type { PostgresCluster } from '@polydev/migrations/testing';
import type { TestSshd } from '@polydev/host/testing';
import { deploymentRecordSchema, type DeploymentRecord } from '@polydev/contract';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Answer, type Files, makeWorkspace, project, type Workspace } from './workspace';

/** A workspace with a database and a service on top of it, a server for the one and a real PostgreSQL for the other. */
export interface DatabaseWorkspace extends Omit<Workspace, 'nx'> {
  /** Runs Nx there with `DATABASE_URL` set, unless `env` says otherwise. */
  readonly nx: (line: string, env?: Readonly<Record<string, string>>) => Promise<Answer>;
  /** Everything that any run printed. */
  readonly printed: () => string;
  readonly sql: PostgresCluster['query'];
  /** Commits migrations, by the ends of their versions: `{ '01_notes': 'create table …' }`. */
  readonly migrations: (files: Readonly<Record<string, string>>) => string;
  /** What the service has live. */
  readonly live: () => string;
  /** Records of deployments on the server, newest first. */
  readonly records: () => readonly DeploymentRecord[];
  /** Entries of the server's audit log for one action, oldest first. */
  readonly audited: (action: string) => readonly Readonly<Record<string, unknown>>[];
  /** What the service's live release knows of itself. */
  readonly release: () => unknown;
  readonly database: { readonly name: string; readonly url: string };
}

export interface DatabaseWorkspaceInput {
  readonly sshd: TestSshd;
  readonly postgres: PostgresCluster;
  readonly files?: Files;
  /** Keys of the database in an environment `supabase`, as a YAML flow mapping. */
  readonly supabase?: string;
}

/** Version of a migration from its two last digits: `01` is 20261101000001. */
export const versionOf = (end: string): string => `202611010000${end}`;

/** Its manifest: `sandbox` reaches the database directly, `tunnel` through the server, `filed` by its values file, `supabase` as it is told. */
const manifestFor = (sshd: TestSshd, supabase: string): string => {
  const host = `{ name: box, address: 127.0.0.1, port: ${sshd.port}, user: ${sshd.user}, identity_file: ${sshd.clientKey.path}, known_hosts: ${sshd.knownHostsFile} }`;
  return `version: 1.0
state_dir: ${sshd.directory}/state
targets:
  database: { migrations: apps/database/migrations }
  api: { path: ${sshd.directory}/opt/api }
environments:
  sandbox: { hosts: [${host}] }
  tunnel: { hosts: [${host}], targets: { database: { through: box } } }
  filed: { values: values.json, hosts: [${host}] }
  supabase: { hosts: [${host}], targets: { database: ${supabase} } }
`;
};

export const makeDatabaseWorkspace = async ({
  sshd,
  postgres,
  files = {},
  supabase = '{}',
}: DatabaseWorkspaceInput): Promise<DatabaseWorkspace> => {
  const database = await postgres.createDatabase();
  const workspace = makeWorkspace({
    'apps/database/project.json': { name: 'database' },
    ...project('api', { implicitDependencies: ['database'] }),
    '.deploy.yaml': manifestFor(sshd, supabase),
    ...files,
  });
  const outputs: string[] = [];
  const records = join(sshd.directory, 'state/deployments');
  return {
    ...workspace,
    database,
    nx: async (line, env = {}) => {
      const args = [...line.split(' '), '--output-style=static'];
      const answer = await workspace.nx(args, { DATABASE_URL: database.url, ...env });
      outputs.push(answer.all);
      return answer;
    },
    printed: () => outputs.join('\n'),
    sql: (statement) => postgres.query(statement, database.name),
    migrations: (some) =>
      workspace.commit(
        Object.fromEntries(
          Object.entries(some).map(([name, sql]) => [`apps/database/migrations/${versionOf(name)}.sql`, `${sql}\n`]),
        ),
      ),
    live: () => readFileSync(join(sshd.directory, 'opt/api/source.txt'), 'utf8').trim(),
    release: () => JSON.parse(readFileSync(join(sshd.directory, 'opt/api/.release.json'), 'utf8')) as unknown,
    audited: (action) =>
      readFileSync(join(sshd.directory, 'state/audit.jsonl'), 'utf8')
        .split('\n')
        .filter((line) => line.includes(`"action":"${action}"`))
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
    records: () =>
      readdirSync(records)
        .filter((name) => name.endsWith('.json'))
        .sort()
        .reverse()
        .map((name) => deploymentRecordSchema.parse(JSON.parse(readFileSync(join(records, name), 'utf8')))),
  };
};
