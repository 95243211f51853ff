import { LEASE_TTL_MS, startDeployer } from '../../testing/engine-deployers';
import type { Halt } from '../../testing/engine-deployer';
import type { TestDatabase } from '../../testing/engine-database';
import { engineWorld } from '../../testing/engine-world';

const world = engineWorld();

/** Each file leaves a trace when it is run; those with a transaction take 200 ms. */
const FILES = {
  '1_one': 'create table t (id int); create table log (file text); insert into log values (1); select pg_sleep(0.2)',
  '2_index': '-- no-transaction\ncreate index concurrently t_id on t (id)',
  '3_three': "insert into log values (3); alter table t add note text default ''; select pg_sleep(0.2)",
};

const prepared = async () => {
  const database = await world.database();
  database.write(FILES);
  return database;
};

const expectAppliedOnce = async (database: TestDatabase) => {
  expect(await database.query('select file from log order by 1')).toEqual([{ file: '1' }, { file: '3' }]);
  expect(await database.query('select state from deploy_meta.migrations')).toEqual(Array(3).fill({ state: 'applied' }));
  expect(await database.query("select indisvalid as valid from pg_index where indexrelid = 't_id'::regclass")).toEqual([
    { valid: true },
  ]);
};

const killedAt = async (halt: Omit<Halt, 'signal'>) => {
  const database = await prepared();
  const deployer = startDeployer(database, { halt: { ...halt, signal: 'SIGKILL' } });
  expect(await deployer.ended).toBe('SIGKILL');
  const { error } = await database.migrate({ leaseTtlMs: LEASE_TTL_MS });
  expect(error).toBeUndefined();
  await expectAppliedOnce(database);
};

test('a deployer that is killed before any of its calls to the database, or in the midst of a file, leaves what the next run completes', async () => {
  const database = await prepared();
  const whole = startDeployer(database);
  expect(await whole.ended).toBeUndefined();
  expect(whole.lines.at(-1)).toEqual({ ended: 'well' });
  await expectAppliedOnce(database);

  const calls = whole.lines.flatMap((line) => ('call' in line ? [line] : []));
  const moments: Omit<Halt, 'signal'>[] = calls.flatMap(({ call, method }) => [
    { call, when: 'before' as const },
    ...(method.startsWith('apply') ? [{ call, when: 'during' as const }] : []),
  ]);
  expect(moments.length).toBeGreaterThan(20);
  // Two at a time: a process of each takes a second to start.
  const next = async (): Promise<void> => {
    for (let moment = moments.shift(); moment; moment = moments.shift()) await killedAt(moment);
  };
  await Promise.all([next(), next()]);
}, 240_000);

test('a deployer that is killed while its index is built in the database: the build is waited for, and recorded', async () => {
  const database = await prepared();
  database.write({ '1_one': FILES['1_one'].replace('; select pg_sleep(0.2)', '') });
  database.remove('2_index');
  database.remove('3_three');
  await database.migrate();
  database.write(FILES);
  database.write({ '1_one': FILES['1_one'].replace('; select pg_sleep(0.2)', '') });
  const letGo = await database.hold('insert into t values (0)');
  const whole = startDeployer(database);
  await until(async () => (await database.query(BUILDING)).length > 0);
  process.kill(whole.pid, 'SIGKILL');
  expect(await whole.ended).toBe('SIGKILL');

  const { text, error } = await database.migrate({
    leaseTtlMs: LEASE_TTL_MS,
    report: ({ event }) => {
      if (event === 'still-running') void letGo();
    },
  });
  expect(error).toBeUndefined();
  expect(text).toContain('20260101000002_index: its statement is still running in the database; waiting for it');
  expect(text).toContain('20260101000002_index: had taken effect before its run ended; recorded');
  await expectAppliedOnce(database);
});

const BUILDING =
  "select from pg_stat_activity where query like '/* deploy_meta %' and state = 'active' and datname = current_database()";
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds()));
};
