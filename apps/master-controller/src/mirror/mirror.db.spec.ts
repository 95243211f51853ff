import { deploymentsAnswerSchema, type DeploymentRecord } from '@polydev/contract';
import type { FastifyInstance } from 'fastify';
import { eventually } from '../../testing/eventually';
import {
  applyMigrations,
  makeHistoryDatabase,
  startPostgres,
  type HistoryDatabase,
  type PostgresCluster,
} from '../../testing/history-database';
import { headOf, idAt, makeHostFiles, recordAt, targetOn, type HostFiles } from '../../testing/host-files';
import { openDatabase } from '../database/open-database';
import { buildServer } from '../server';
import { startMirror } from './mirror';

let cluster: PostgresCluster;
beforeAll(async () => (cluster = await startPostgres()), 60_000);
afterAll(() => cluster.close());

let database: HistoryDatabase;
beforeEach(async () => (database = await makeHistoryDatabase(cluster)));

interface Host {
  readonly name: string;
  readonly files: HostFiles;
  readonly server: FastifyInstance;
  /** What the controller's log was told of the mirror. */
  readonly said: readonly { readonly level: string; readonly facts: unknown; readonly text: string | undefined }[];
  /** Ends the host's controller; its files stay. */
  readonly end: () => Promise<void>;
}

const hosts: Host[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) {
    await host.end();
    host.files.remove();
  }
});

/** A host with a controller, as `main.ts` puts it together. */
function startHost(name: string, files = makeHostFiles()): Host {
  const pool = openDatabase(database.url);
  const server = buildServer({ stateDir: files.stateDir, release: undefined, database: pool }, 'silent');
  const said: { level: string; facts: unknown; text: string | undefined }[] = [];
  const saying = (level: string) => (facts: unknown, text?: string) => void said.push({ level, facts, text });
  const log = { info: saying('info'), warn: saying('warn') };
  const mirror = startMirror({ stateDir: files.stateDir, hostName: name, database: pool, log, everyMs: 20 });
  let ended: Promise<void> | undefined;
  const end = () => (ended ??= Promise.all([server.close(), mirror.stop()]).then(() => undefined));
  const host = { name, files, server, said, end };
  hosts.push(host);
  return host;
}

const get = async ({ server }: Host, url: string) => {
  const response = await server.inject({ method: 'GET', url });
  return { status: response.statusCode, body: response.json<unknown>() };
};
const history = async (host: Host, query = '') => {
  const { status, body } = await get(host, `/api/deployments/history${query}`);
  expect(status).toBe(200);
  return deploymentsAnswerSchema.parse(body);
};
const idsOf = ({ deployments }: { deployments: readonly DeploymentRecord[] }) => deployments.map(({ id }) => id);
const expectHistory = (host: Host, ids: readonly string[], query = '') =>
  eventually(async () => expect(idsOf(await history(host, query))).toEqual(ids));

describe('the history over hosts', () => {
  it('has the deployments of every host that mirrors, whole, newest first, and each once', async () => {
    const [one, two] = [startHost('app-1'), startHost('app-2')];
    const both = recordAt(20, { targets: [targetOn('app-1'), targetOn('app-2', { target: 'api' })] });
    for (const { files } of [one, two]) files.write(`deployments/${idAt(20)}.json`, both);
    one.files.write(`deployments/${idAt(10)}.json`, recordAt(10));
    two.files.write(`deployments/${idAt(30)}.json`, recordAt(30, { environment: 'staging' }));

    await expectHistory(one, [idAt(30), idAt(20), idAt(10)]);

    expect((await history(two)).deployments[1]).toEqual(both);
    expect(await history(two, '?limit=1')).toMatchObject({ total: 3, deployments: [{ id: idAt(30) }] });
  });

  it('can be asked by target, host, environment and time', async () => {
    const host = startHost('app-1');
    const schema = { from: '20261120090000', to: '20261120091500' };
    const ofDatabase = targetOn('', { target: 'database', hosts: [], schema });
    host.files.write(`deployments/${idAt(10)}.json`, recordAt(10, { planned: ['database'], targets: [ofDatabase] }));
    host.files.write(`deployments/${idAt(20)}.json`, recordAt(20, { targets: [targetOn('app-2')] }));
    host.files.write(`deployments/${idAt(30)}.json`, recordAt(30, { environment: 'staging' }));
    await expectHistory(host, [idAt(30), idAt(20), idAt(10)]);

    expect(idsOf(await history(host, '?target=database'))).toEqual([idAt(10)]);
    expect((await history(host, '?target=database')).deployments[0]?.targets[0]?.schema).toEqual(schema);
    expect(idsOf(await history(host, '?host=app-2'))).toEqual([idAt(20)]);
    expect(idsOf(await history(host, '?environment=production'))).toEqual([idAt(20), idAt(10)]);
    expect(idsOf(await history(host, '?since=2026-11-24T08:20:00Z'))).toEqual([idAt(30), idAt(20)]);
    expect(idsOf(await history(host, '?since=2026-11-24T09:20:00%2B01:00&limit=1'))).toEqual([idAt(30)]);
    expect(await history(host, '?since=2026-11-25')).toEqual({ deployments: [], total: 0, unreadable: [] });
  });

  it('outlives a host', async () => {
    const [lost, other] = [startHost('app-1'), startHost('app-2')];
    lost.files.write(`deployments/${idAt(10)}.json`, recordAt(10));
    lost.files.goLive('frontend', 'r1');
    await expectHistory(other, [idAt(10)]);
    await lost.end();
    lost.files.remove();

    expect((await history(other)).deployments).toEqual([recordAt(10)]);
    expect(await database.look('select host, release from public.targets')).toEqual([{ host: 'app-1', release: 'r1' }]);
  });

  it('follows a deployment from its begin to its end', async () => {
    const host = startHost('app-1');
    const running = targetOn('app-1', { outcome: 'running', hosts: [] });
    host.files.write(`deployments/${idAt(10)}.parts/frontend.json`, { head: headOf(10), part: running });
    await eventually(async () => expect((await history(host)).deployments[0]?.outcome).toBe('running'));

    host.files.write(`deployments/${idAt(10)}.json`, recordAt(10));

    await eventually(async () => expect((await history(host)).deployments).toEqual([recordAt(10)]));
    expect(await database.look(`select outcome, release from public.deployment_results where host = 'app-1'`)).toEqual([
      { outcome: 'moved', release: 'r' },
    ]);
  });

  it('takes an end for the end, whatever an old copy on another host says', async () => {
    const one = startHost('app-1');
    one.files.write(`deployments/${idAt(10)}.json`, recordAt(10));
    await expectHistory(one, [idAt(10)]);
    const two = startHost('app-2');
    two.files.write(`deployments/${idAt(10)}.json`, { ...headOf(10), outcome: 'running', targets: [] });
    two.files.write(`deployments/${idAt(20)}.json`, recordAt(20));

    await expectHistory(one, [idAt(20), idAt(10)]);

    expect((await history(one)).deployments[1]).toEqual(recordAt(10));
  });

  it('shows that one which was stuck has been mended since', async () => {
    const host = startHost('app-1');
    host.files.write(`deployments/${idAt(10)}.json`, recordAt(10, { outcome: 'stuck' }));
    await eventually(async () => expect((await history(host)).deployments[0]?.outcome).toBe('stuck'));

    host.files.write(`deployments/${idAt(10)}.json`, recordAt(10, { outcome: 'rolled-back' }));

    await eventually(async () => expect((await history(host)).deployments[0]?.outcome).toBe('rolled-back'));
  });

  it('is written once: a controller that starts again changes no row', async () => {
    const files = makeHostFiles();
    files.write(`deployments/${idAt(10)}.json`, recordAt(10));
    files.goLive('frontend', 'r1');
    const versions = () =>
      database.look(
        `select xmin::text, 'd' as t from public.deployments union all select xmin::text, 'r' from public.deployment_results
         union all select xmin::text, 't' from public.targets union all select xmin::text, 'l' from public.releases order by 2`,
      );
    const first = startHost('app-1', files);
    await expectHistory(first, [idAt(10)]);
    await first.end();
    const before = await versions();
    expect(before).toHaveLength(4);

    const second = startHost('app-1', files);
    files.write(`deployments/${idAt(20)}.json`, recordAt(20, { targets: [] }));
    await expectHistory(second, [idAt(20), idAt(10)]);
    await second.end();

    expect(
      (await versions()).filter((row) => before.some((one) => JSON.stringify(one) === JSON.stringify(row))),
    ).toEqual(before);
  });

  it('tells which releases a host holds, which one is live, and when one was no longer there', async () => {
    const host = startHost('app-1');
    const releases = () => database.look(`select id, gone_at is not null as gone from public.releases order by id`);
    host.files.goLive('frontend', 'r1');
    host.files.goLive('frontend', 'r2');
    await eventually(async () =>
      expect(await releases()).toEqual([
        { id: 'r1', gone: false },
        { id: 'r2', gone: false },
      ]),
    );

    host.files.removeRelease('frontend', 'r1');

    await eventually(async () =>
      expect(await releases()).toEqual([
        { id: 'r1', gone: true },
        { id: 'r2', gone: false },
      ]),
    );
    expect(await database.look('select target, release, sha from public.targets')).toEqual([
      { target: 'frontend', release: 'r2', sha: 'sha of r2' },
    ]);
    host.files.goLive('frontend', 'r1');
    await eventually(async () => expect((await releases())[0]).toEqual({ id: 'r1', gone: false }));
  });

  it('goes without a record that the database refuses, and names it once', async () => {
    const host = startHost('app-1');
    host.files.write(`deployments/${idAt(10)}.json`, recordAt(10, { reason: 'a \u0000 in it' }));
    host.files.write(`deployments/${idAt(20)}.json`, recordAt(20));
    await expectHistory(host, [idAt(20)]);
    host.files.write(`deployments/${idAt(5)}.json`, recordAt(5));

    await expectHistory(host, [idAt(20), idAt(5)]);

    expect(host.said).toEqual([
      {
        level: 'warn',
        facts: { deployment: idAt(10), reason: expect.any(String) },
        text: expect.stringContaining('refuses'),
      },
    ]);
  });
});

describe('without its database', () => {
  it('the controller is healthy and answers from the files; what was missed follows, and the log has two lines', async () => {
    await cluster.stop();
    const host = startHost('app-1');
    host.files.write(`deployments/${idAt(10)}.json`, recordAt(10));
    await eventually(() => expect(host.said).toHaveLength(1));

    expect(await get(host, '/api/auth/health')).toMatchObject({ status: 200, body: { status: 'healthy' } });
    expect(await get(host, '/api/deployments')).toMatchObject({ status: 200, body: { total: 1 } });
    const { status, body } = await get(host, '/api/deployments/history');
    expect(status).toBe(503);
    expect(body).toMatchObject({
      code: 'HISTORY_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
      hint: expect.stringContaining('/api/deployments'),
    });

    await cluster.start();
    await expectHistory(host, [idAt(10)]);
    await eventually(() => expect(host.said.map(({ level }) => level)).toEqual(['warn', 'info']));
    expect(JSON.stringify(host.said)).not.toContain('controller-password');
  });

  it('a connection that breaks in between is made anew', async () => {
    const host = startHost('app-1');
    host.files.write(`deployments/${idAt(10)}.json`, recordAt(10));
    await expectHistory(host, [idAt(10)]);

    await cluster.stop();
    await cluster.start();
    host.files.write(`deployments/${idAt(20)}.json`, recordAt(20));

    await eventually(async () => {
      const { body } = await get(host, '/api/deployments/history');
      expect(body).toMatchObject({ total: 2 });
    });
  });

  it('a password that is refused is said without it, to everyone who asks, and holds up no end', async () => {
    database = { ...database, url: database.url.replace('controller-password', 'guessed-password') };
    const host = startHost('app-1');
    for (let asked = 0; asked < 20; asked += 1) {
      expect(await get(host, '/api/deployments/history')).toMatchObject({
        status: 503,
        body: { code: 'HISTORY_UNAVAILABLE', message: expect.stringContaining('28P01') },
      });
    }
    await eventually(() => expect(host.said).toHaveLength(1));
    await host.end();
    expect(JSON.stringify(host.said)).not.toContain('guessed-password');
  });

  it('where migrations were not run it says which command is missing, and goes on when they were', async () => {
    const { name, url } = await cluster.createDatabase();
    database = { ...database, url: database.url.replace(/[^/]+$/, name) };
    const host = startHost('app-1');
    host.files.write(`deployments/${idAt(10)}.json`, recordAt(10));
    await eventually(() => expect(host.said[0]?.facts).toMatchObject({ hint: 'npx nx run database:migrate' }));
    expect(await get(host, '/api/deployments/history')).toMatchObject({
      status: 503,
      body: { code: 'HISTORY_UNAVAILABLE', hint: expect.stringContaining('`npx nx run database:migrate`') },
    });

    await applyMigrations(url);

    await expectHistory(host, [idAt(10)]);
  });
});
