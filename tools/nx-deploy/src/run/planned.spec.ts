import { taskContext } from '../../testing/task-context';
import { deploysBefore, plannedDeploys } from './planned';

const deploy = (target: string) => ({ deploy: { executor: '@polydev/nx-deploy:deploy', options: { target } } });
const context = taskContext({
  root: '/workspace',
  project: 'web',
  targets: {
    web: deploy('web'),
    '@acme/api': deploy('api'),
    agent: deploy('agent'),
    other: { deploy: { executor: 'nx:run-commands', options: { target: 'other' } } },
  },
  tasks: [
    { project: 'web', target: 'deploy', dependsOn: ['web:build', '@acme/api:deploy'] },
    { project: 'web', target: 'build' },
    { project: 'agent', target: 'deploy', dependsOn: ['web:deploy'] },
    { project: '@acme/api', target: 'deploy' },
    { project: 'other', target: 'deploy' },
  ],
});

test('the deploys of a run stand each after those it depends on, by their names in the manifest', () => {
  expect(plannedDeploys(context.taskGraph!, context.projectGraph).map(({ target }) => target)).toEqual([
    'api',
    'web',
    'agent',
  ]);
});

test('before a deploy may begin, those end that it depends on, near or far; a build is none', () => {
  const before = (deploy: string) =>
    deploysBefore(deploy, context.taskGraph!, context.projectGraph).map(({ target }) => target);
  expect(before('agent:deploy')).toEqual(['api', 'web']);
  expect(before('web:deploy')).toEqual(['api']);
  expect(before('@acme/api:deploy')).toEqual([]);
});
