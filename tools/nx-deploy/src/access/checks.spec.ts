import { taskContext, type TaskFacts } from '../../testing/task-context';
import { missingChecks } from './checks';

const PREFLIGHT = { executor: '@polydev/nx-deploy:preflight' };
const ANY = { executor: 'nx:run-commands' };
const ALL = ['root:preflight', 'web:test', 'web:build'];
const task = (id: string, dependsOn: readonly string[] = []): TaskFacts => {
  const [project = '', target = ''] = id.split(':');
  return { project, target, dependsOn };
};
const missing = (
  before: readonly string[],
  { own = { test: ANY, build: ANY }, build = 'local' }: { own?: object; build?: 'local' | 'server' } = {},
) =>
  missingChecks({
    environment: {} as never,
    target: { name: 'web', build },
    context: taskContext({
      root: '/nowhere',
      project: 'web',
      targets: { root: { preflight: PREFLIGHT }, web: { ...own } },
      tasks: [task('web:deploy', before), ...ALL.map((id) => task(id))],
    }),
  });

test('a deploy comes after preflight, test and build', () => {
  expect(missing(ALL)).toEqual([]);
});

test.each(ALL)('a deploy without %s is told what is missing, though that is in the run', (left) => {
  expect(missing(ALL.filter((id) => id !== left))).toEqual([left.split(':')[1]]);
});

test('nothing is asked for that the project does not have, or that the host does', () => {
  expect(missing(['root:preflight'], { own: {} })).toEqual([]);
  expect(missing(['root:preflight', 'web:test'], { build: 'server' })).toEqual([]);
});

test('a deploy that comes with no tasks at all has none of them', () => {
  expect(missing([])).toEqual(['preflight', 'test', 'build']);
});
