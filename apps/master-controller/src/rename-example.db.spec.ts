import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import {
  makeHistoryDatabase,
  startPostgres,
  type HistoryDatabase,
  type PostgresCluster,
} from '../testing/history-database';
import { recordAt } from '../testing/host-files';
import { writeDeployment } from './mirror/write-deployment';

const README = readFileSync(join(__dirname, '../../database/README.md'), 'utf8');
/** The migrations of the example, as they stand on the page. */
const [expand = '', fill = '', contract = ''] = [...README.matchAll(/^```sql\n([^]*?)^```/gm)].map(
  ([, sql = '']) => sql,
);

/** The example of apps/database/README.md: at each step the release before and the one to come both work. */
describe('a column is renamed without downtime', () => {
  let cluster: PostgresCluster;
  let database: HistoryDatabase;
  let service: Client;
  let minute = 0;

  beforeAll(async () => {
    cluster = await startPostgres();
    database = await makeHistoryDatabase(cluster);
    service = new Client({ connectionString: database.url });
    await service.connect();
  }, 60_000);
  afterAll(async () => {
    await service.end();
    await cluster.close();
  });

  /** What today's release writes. */
  const oldRelease = () => writeDeployment(service, recordAt(++minute, { by: `old ${minute}` }));
  /** What the release to come writes: the same, with the new name. */
  const newRelease = async () => {
    const { id, sha, planned, startedAt } = recordAt(++minute);
    await service.query(
      `insert into public.deployments (environment, id, kind, sha, dirty, author, planned, outcome, started_at, record)
       values ('production', $1, 'deploy', $2, false, $3, $4, 'succeeded', $5, '{}')`,
      [id, sha, `new ${minute}`, planned, startedAt],
    );
  };
  const names = (column: string) => database.look(`select ${column} as name from public.deployments order by id`);

  test('the old release before, the old and the new in between, the new one afterwards', async () => {
    await oldRelease();

    await database.look(expand);
    await oldRelease();
    await newRelease();
    await database.look(fill);

    const all = [{ name: 'old 1' }, { name: 'old 2' }, { name: 'new 3' }];
    expect(await names('author')).toEqual(all);
    // What a rollback to the old release finds.
    expect(await names('deployed_by')).toEqual(all);
    await oldRelease();

    await database.look(contract);
    await newRelease();

    expect(await names('author')).toEqual([...all, { name: 'old 4' }, { name: 'new 5' }]);
    await expect(oldRelease()).rejects.toMatchObject({ code: '42703' });
  });
});
