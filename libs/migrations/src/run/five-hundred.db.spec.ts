import { engineWorld } from '../../testing/engine-world';

const world = engineWorld();

test('500 pending files are linted, tried on the shadow, applied and validated', async () => {
  const database = await world.database();
  const texts = Array.from({ length: 500 }, (_, at) => [
    `${at + 1}_file`,
    `create table t${at} (id bigint generated always as identity primary key, note text not null default '');
create index t${at}_note on t${at} (note);
comment on table t${at} is 'table ${at}';\n`,
  ]);
  database.write(Object.fromEntries(texts) as Record<string, string>);
  const begun = performance.now();
  const { result, error } = await database.migrate({ shadow: world.shadow() });
  process.stderr.write(`\n500 pending files: ${((performance.now() - begun) / 1000).toFixed(1)} s\n`);
  expect(error).toBeUndefined();
  expect(result?.applied).toHaveLength(500);
  expect(result).toMatchObject({ differences: [], notValidated: [] });

  const again = performance.now();
  expect((await database.migrate({ shadow: world.shadow() })).text).toMatch(/^nothing to do/);
  process.stderr.write(`nothing to do with 500 files: ${((performance.now() - again) / 1000).toFixed(1)} s\n`);
}, 120_000);
