import { blocking, lintMigrations } from '../index';

const rulesOf = async (sql: string) => {
  const files = [{ file: 'a.sql', sql, transaction: 'file' as const, allowed: [] }];
  return blocking(await lintMigrations(files, { tables: [] }, { program: undefined })).map(({ rule }) => rule);
};

test.each([
  "insert into deploy_meta.migrations values ('1')",
  'update deploy_meta.lease set token = null where true',
  'with gone as (delete from "deploy_meta".migrations where true returning 1) select 1',
  'alter table deploy_meta.lease add column a int',
  'create index i on deploy_meta.migrations (name)',
  'create schema deploy_meta',
  'drop index deploy_meta.i',
  "copy deploy_meta.migrations from '/tmp/a'",
  'set search_path = deploy_meta',
  "select set_config('search_path', 'deploy_meta', true)",
])('our own records are left alone: %s', async (sql) => {
  expect(await rulesOf(sql)).toEqual(['own-records']);
});

test.each([
  'select * from deploy_meta.migrations',
  'create view versions as select version from deploy_meta.migrations',
  'insert into versions select version from deploy_meta.migrations',
  'copy (select * from deploy_meta.migrations) to stdout',
  'grant select on deploy_meta.migrations to reader',
  "insert into notes values ('deploy_meta')",
])('our own records may be read: %s', async (sql) => {
  expect(await rulesOf(sql)).toEqual([]);
});
