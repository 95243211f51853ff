import { LEASE_TTL_MS, startDeployer } from '../../testing/engine-deployers';
import type { TestDatabase } from '../../testing/engine-database';
import { engineWorld } from '../../testing/engine-world';
import { startPgBouncer, type PgBouncer } from '../../testing/pgbouncer';

const world = engineWorld();
let pooler: PgBouncer;
beforeAll(async () => {
  pooler = await startPgBouncer(world.cluster());
});
afterAll(() => pooler.close());

const FILES = {
  '1_one': 'create table t (id int); create table log (file text); insert into log values (1); select pg_sleep(0.2)',
  '2_index': '-- no-transaction\ncreate index concurrently t_id on t (id)',
  '3_three': 'insert into log values (3); select pg_sleep(0.2)',
};

const expectAppliedOnce = async (database: TestDatabase) => {
  expect(await database.query('select file from log order by 1')).toEqual([{ file: '1' }, { file: '3' }]);
  expect(await database.query('select state from deploy_meta.migrations')).toEqual(Array(3).fill({ state: 'applied' }));
  expect(await database.query('select token from deploy_meta.lease')).toEqual([{ token: null }]);
};

test.each([['straight to the server', false] as const, ['through a pooler in transaction mode', true] as const])(
  'three deployers at once, %s: all end well, and each file is applied once',
  async (_, pooled) => {
    const database = await world.database(pooled ? pooler.port : undefined);
    database.write(FILES);
    // None of them dies: long enough that none is taken for dead on a machine with much to do.
    const deployers = [1, 2, 3].map(() => startDeployer(database, { leaseTtlMs: 10_000 }));
    await Promise.all(deployers.map(({ ended }) => ended));
    expect(deployers.map(({ lines }) => lines.at(-1))).toEqual(Array(3).fill({ ended: 'well' }));
    await expectAppliedOnce(database);
    const applied = deployers.flatMap(({ lines }) =>
      lines.filter((line) => 'event' in line && line.event === 'applied'),
    );
    expect(applied).toHaveLength(3);
  },
  60_000,
);

/** A file that waits at the gate is not to give up. */
const limits = { lockTimeoutMs: 60_000 };

test('who waits is told for whom, and gives up in the end', async () => {
  const database = await world.database();
  const gate = await database.gate();
  database.write({ '1_one': 'lock table gate' });
  const first = database.migrate({ author: { by: 'bob@ci' }, limits });
  await gate.reached();
  const { error, text } = await database.migrate({ leaseWaitMs: 100 });
  await gate.open();
  expect(error?.code).toBe('MIGRATION_LEASE_HELD');
  expect(error?.message).toContain('is being migrated by bob@ci since ');
  expect(text).toContain('waiting for bob@ci, who has been migrating this database since ');
  expect((await first).error).toBeUndefined();
});

test('a file that runs for longer than the lease lasts keeps it', async () => {
  const database = await world.database();
  const gate = await database.gate();
  database.write({ '1_one': 'create table log (file text); lock table gate' });
  const leaseTtlMs = 200;
  const first = database.migrate({ leaseTtlMs, limits });
  await gate.reached();
  const second = await database.migrate({
    leaseTtlMs,
    report: ({ event }) => {
      if (event === 'waiting') setTimeout(() => void gate.open(), 4 * leaseTtlMs);
    },
  });
  expect(second.text).toMatch(/^1 pending:\n.*\nwaiting for .*\nnothing to do/);
  expect((await first).result?.applied).toHaveLength(1);
});

/** Which of a deployer's calls it is: `apply` is called for the first and the third file, `applyAlone` for the second. */
const callOf = async (method: 'apply' | 'applyAlone', nth: number): Promise<number> => {
  const database = await world.database();
  database.write(FILES);
  const whole = startDeployer(database);
  await whole.ended;
  const calls = whole.lines.flatMap((line) => ('call' in line && line.method === method ? [line.call] : []));
  return calls[nth - 1] ?? 0;
};

test.each([['apply', 2] as const, ['apply', 1] as const, ['applyAlone', 1] as const])(
  'a deployer that stood still before %s no. %i, while another went on in its place, writes nothing when it wakes up',
  async (method, nth) => {
    const database = await world.database();
    database.write(FILES);
    const halt = { call: await callOf(method, nth), when: 'before', signal: 'SIGSTOP' } as const;
    const slow = startDeployer(database, { halt });
    await slow.halted;
    const { error } = await database.migrate({ leaseTtlMs: LEASE_TTL_MS });
    expect(error).toBeUndefined();
    await expectAppliedOnce(database);
    slow.goOn();
    expect(await slow.ended).toBeUndefined();
    expect(slow.lines.at(-1)).toMatchObject({ ended: 'MIGRATION_LEASE_LOST' });
    await expectAppliedOnce(database);
  },
  60_000,
);
