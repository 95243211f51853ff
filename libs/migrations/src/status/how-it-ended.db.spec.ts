import { AUTHOR } from '../../testing/engine-database';
import { engineWorld } from '../../testing/engine-world';
import { howItEnded } from '..';

const world = engineWorld();
const [first, second] = ['20260101000001', '20260101000002'];

const begun = (schema: { readonly from?: string; readonly to?: string }) => ({
  deployment: AUTHOR.deployment,
  schema,
});

test('a run that has the lease runs still, also where its deployer is dead and only its transaction is left', async () => {
  const database = await world.database();
  const gate = await database.gate();
  database.write({ '1_one': 'create table one (); lock table gate' });
  const seen: object[] = [];
  const running = database.migrate({
    limits: { lockTimeoutMs: 60_000 },
    onBegin: async (schema) => void seen.push(schema),
  });
  await gate.reached();
  expect(seen).toEqual([{ from: undefined, to: first }]);
  const ask = () => database.opened((opened) => howItEnded(opened, begun({ to: first })));
  expect(await ask()).toEqual({ outcome: 'running' });
  await gate.open();
  await running;
  expect(await ask()).toEqual({ outcome: 'moved', schema: { to: first } });
});

test('one that is dead with all applied has ended, though its lease goes on for a while', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table one ()' });
  await database.migrate();
  await database.query("update deploy_meta.lease set token = 'dead', expires_at = now() + interval '1 hour'");
  const ask = (to: string) => database.opened((opened) => howItEnded(opened, begun({ to })));
  expect(await ask(first)).toEqual({ outcome: 'moved', schema: { to: first } });
  expect(await ask(second)).toEqual({ outcome: 'running' });
});

test('one that was cut off between two files got half-way; one that applied nothing failed', async () => {
  const database = await world.database();
  database.write({ '1_one': 'create table one ()' });
  await database.migrate();
  const ask = (schema: { readonly from?: string; readonly to?: string }) =>
    database.opened((opened) => howItEnded(opened, begun(schema)));
  expect(await ask({ to: second })).toEqual({ outcome: 'half-way', schema: { to: first } });
  const other = { deployment: 'another', schema: { from: first, to: second } };
  expect(await database.opened((opened) => howItEnded(opened, other))).toEqual({
    outcome: 'failed',
    schema: { from: first, to: first },
  });
  database.write({ '2_two': 'select 1 / 0' });
  await database.migrate({ author: { by: 'bob@ci', deployment: 'another' } });
  expect(await database.opened((opened) => howItEnded(opened, other))).toMatchObject({ outcome: 'failed' });
});

test('of a database that was never migrated nothing is known to have been applied', async () => {
  const database = await world.database();
  expect(await database.opened((opened) => howItEnded(opened, begun({ to: first })))).toEqual({
    outcome: 'failed',
    schema: {},
  });
});
