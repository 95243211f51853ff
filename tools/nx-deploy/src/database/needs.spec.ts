import type { DatabaseTarget, TargetConfig } from '@polydev/manifest';
import { projectGraph } from '../../testing/project-graph';
import { databasesBelow } from './needs';

const target = (name: string, dependsOn: readonly string[] = []) => ({ name, dependsOn }) as TargetConfig;
const database = (name: string, dependsOn: readonly string[] = []) =>
  ({ name, dependsOn }) as unknown as DatabaseTarget;
const graph = projectGraph({
  '@acme/db': { root: 'apps/db' },
  audit: { root: 'apps/audit' },
  store: { root: 'libs/store', dependsOn: ['@acme/db'] },
  api: { root: 'apps/api', dependsOn: ['store'] },
  web: { root: 'apps/web' },
  site: { root: 'apps/site' },
});
const environment = {
  targets: [target('api'), target('web', ['api']), target('site')],
  databases: [database('db'), database('audit', ['db'])],
};
const below = (name: string) => databasesBelow({ name }, environment, graph).map((one) => one.name);

test('a target depends on a database through the libraries that it imports', () => {
  expect(below('api')).toEqual(['db']);
});

test('and by what the manifest says, also through other targets', () => {
  expect(below('web')).toEqual(['db']);
  expect(databasesBelow(target('site'), { ...environment, targets: [target('site', ['audit'])] }, graph)).toHaveLength(
    2,
  );
});

test('one that depends on none is asked for none', () => {
  expect(below('site')).toEqual([]);
  expect(databasesBelow({ name: 'api' }, { targets: environment.targets }, graph)).toEqual([]);
});
