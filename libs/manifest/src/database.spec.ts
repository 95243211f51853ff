import { isOpsError } from '@polydev/errors';
import { parseManifest } from './parse-manifest';
import { problemsOf } from './problem';
import { resolveEnvironment } from './resolve-environment';

const textOf = (database: string, override = '{}', hosts = '[box]') =>
  [
    'version: 1.0',
    'targets:',
    '  api: { path: /opt/api, depends_on: [db] }',
    `  db: ${database}`,
    'environments:',
    `  staging: { hosts: ${hosts}, targets: { db: ${override} } }`,
  ].join('\n');
const resolved = (database: string, override?: string, values = {}) =>
  resolveEnvironment(parseManifest(textOf(database, override)), { configuration: 'staging', env: {}, values });
const problemsIn = (text: string): readonly string[] => {
  try {
    parseManifest(text);
  } catch (error) {
    if (isOpsError(error, 'MANIFEST_INVALID'))
      return problemsOf(error).map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
};

test('a target with migrations is a database, apart from the targets that have a place on a host', () => {
  const { targets, databases } = resolved('{ migrations: db/migrations/ }');
  expect(targets.map(({ name, dependsOn }) => [name, dependsOn])).toEqual([['api', ['db']]]);
  expect(databases).toEqual([
    {
      name: 'db',
      migrations: 'db/migrations',
      connection: { driver: 'postgres', urlVariable: 'DATABASE_URL' },
      shadow: 'embedded',
      dependsOn: [],
      given: {},
    },
  ]);
});

test('a manifest without a database has none', () => {
  const manifest = parseManifest('version: 1.0\ntargets: { api: { path: /opt/api } }');
  expect(manifest.databases).toEqual([]);
});

test('an environment says how its database is reached', () => {
  const override = '{ url_variable: STAGING_URL, through: box, shadow: SHADOW_URL }';
  expect(resolved('{ migrations: db }', override).databases?.[0]).toMatchObject({
    connection: { driver: 'postgres', urlVariable: 'STAGING_URL', through: 'box' },
    shadow: { urlVariable: 'SHADOW_URL' },
  });
  const supabase = '{ driver: supabase-mcp, supabase: { project: abc, token_variable: TOKEN } }';
  expect(resolved('{ migrations: db }', supabase).databases?.[0]?.connection).toEqual({
    driver: 'supabase-mcp',
    project: 'abc',
    tokenVariable: 'TOKEN',
  });
});

test('of an environment’s values a database is given those it names, and they are not shown', () => {
  const values = { DATABASE_URL: 'postgres://app:secret@db/app', other: 'x' };
  const [database] = resolved('{ migrations: db }', '{}', values).databases ?? [];
  expect(database?.given['DATABASE_URL']?.reveal()).toBe(values.DATABASE_URL);
  expect(Object.keys(database?.given ?? {})).toEqual(['DATABASE_URL']);
  expect(JSON.stringify(database)).not.toContain('secret');
});

test.each([
  ['{}', ['targets/db/path: is missing; it should be an absolute path on the host']],
  [
    '{ migrations: ../sql }',
    ['targets/db/migrations: should be a path inside the workspace, without `.` and `..`, is "../sql"'],
  ],
  [
    '{ migrations: db, path: /opt/db, restart: go }',
    ['path', 'restart'].map(
      (key) =>
        `targets/db/${key}: is not for a database; with \`migrations\` a target has migrations, driver, url_variable, through, shadow, supabase, depends_on`,
    ),
  ],
  ['{ path: /opt/db, through: box }', ['targets/db/through: is for a database only: a target with `migrations`']],
  [
    '{ migrations: db, driver: supabase-mcp }',
    ['targets/db/driver: is supabase-mcp, and there is no `supabase` with its project'],
  ],
  [
    '{ migrations: db, supabase: { project: abc } }',
    ['targets/db/supabase: names a project, and the driver is postgres; write `driver: supabase-mcp`'],
  ],
  [
    '{ migrations: db, url_variable: "postgres://app:secret@db/app" }',
    ['targets/db/url_variable: should be the name of an environment variable, in capital letters'],
  ],
  ['{ migrations: db, driver: mysql }', ['targets/db/driver: should be postgres or supabase-mcp, is "mysql"']],
  ['{ migrations: db, depends_on: [api] }', ['targets/api/depends_on: goes round in a circle: api → db → api']],
])('%s is refused', (database, expected) => {
  expect(problemsIn(textOf(database))).toEqual(expected);
});

test('what an environment says of a database is checked too', () => {
  expect(problemsIn(textOf('{ migrations: db }', '{ path: /opt/db, through: bix }'))).toEqual([
    expect.stringContaining('environments/staging/targets/db/path: is not for a database'),
    'environments/staging/targets/db/through: names the host bix, and staging has none of that name; did you mean `box`?',
  ]);
  expect(problemsIn(textOf('{ migrations: db }', '{ migrations: sql }'))).toEqual([
    expect.stringContaining('environments/staging/targets/db/migrations: unknown key'),
  ]);
});
