import type { TargetConfig } from '@polydev/manifest';
import { taskContext, type TaskFacts } from '../../../testing/task-context';
import { artifactDirectory } from './artifact-directory';

const directoryOf = (
  target: Partial<TargetConfig>,
  { tasks, outputs }: { tasks?: readonly TaskFacts[]; outputs?: readonly string[] } = {},
) =>
  artifactDirectory(
    { name: 'api', build: 'local', ...target } as TargetConfig,
    taskContext({
      root: '/repository',
      project: 'api',
      tasks: tasks ?? [],
      targets: { api: outputs === undefined ? {} : { build: { outputs: [...outputs] } } },
    }),
    '.deploy.yaml',
  );
const build = (...outputs: string[]): TaskFacts => ({ project: 'api', target: 'build', outputs });

test('the folder that the manifest names comes first', () => {
  expect(directoryOf({ artifact: 'out/api' }, { tasks: [build('apps/api/dist')] })).toBe('/repository/out/api');
});

test('the one output of the build is deployed', () => {
  const other: TaskFacts = { project: 'web', target: 'build', outputs: ['apps/web/dist'] };
  expect(directoryOf({}, { tasks: [other, build('apps/api/dist')] })).toBe('/repository/apps/api/dist');
});

test('a deploy without its build takes the output that the build declares', () => {
  expect(directoryOf({}, { outputs: ['{projectRoot}/dist'] })).toBe('/repository/apps/api/dist');
});

test('what the host builds is deployed as sources', () => {
  expect(directoryOf({ build: 'server' }, { tasks: [build('apps/api/dist')] })).toBe('/repository/apps/api');
});

test.each([
  ['no build', undefined, 'declares no output'],
  ['a build without outputs', [], 'declares no output'],
  ['a build with two outputs', ['a', 'b'], 'but a, b, so'],
  ['a build whose output is a pattern', ['apps/api/dist/**/*.js'], 'but apps/api/dist/**/*.js, so'],
])('%s is refused, with the key of the manifest that helps', (_, outputs, message) => {
  const deploy = () => directoryOf({}, { tasks: outputs === undefined ? [] : [build(...outputs)] });
  expect(deploy).toThrow(
    expect.objectContaining({ code: 'ARTIFACT_UNCLEAR', message: expect.stringContaining(message) }),
  );
  expect(deploy).toThrow(expect.objectContaining({ hint: expect.stringContaining('`targets/api/artifact`') }));
});
