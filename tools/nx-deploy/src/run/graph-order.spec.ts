import type { TargetConfig } from '@polydev/manifest';
import { projectGraph } from '../../testing/project-graph';
import { inGraphOrder } from './graph-order';

const target = (name: string, ...dependsOn: string[]) => ({ name, dependsOn }) as unknown as TargetConfig;
const order = (targets: readonly TargetConfig[], dependencies: Readonly<Record<string, readonly string[]>> = {}) => {
  const names = [...new Set([...targets.map(({ name }) => name), ...Object.keys(dependencies)])];
  const projects = names.map((name) => [name, { root: name, dependsOn: dependencies[name] ?? [] }] as const);
  return inGraphOrder(targets, projectGraph(Object.fromEntries(projects))).map(({ name }) => name);
};

test('by name where nothing decides', () => {
  expect(order([target('web'), target('api')])).toEqual(['api', 'web']);
});

test('after what the manifest puts before', () => {
  expect(order([target('api', 'web'), target('web')])).toEqual(['web', 'api']);
});

test('after the projects it depends on, also through one that is no target, and round a circle once', () => {
  const dependencies = { api: ['shared'], shared: ['web'], web: ['agent'], agent: ['api'] };
  expect(order([target('api'), target('web')], { ...dependencies, agent: [] })).toEqual(['web', 'api']);
  expect(order([target('api'), target('web')], dependencies)).toHaveLength(2);
});

test('what a target comes after need not be among them', () => {
  expect(order([target('api', 'database')])).toEqual(['api']);
});
