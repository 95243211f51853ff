import { execa } from 'execa';
import { runVariables, setRunVariables } from './run-variables';

const none = {
  run: undefined,
  configuration: undefined,
  dryRun: false,
  allowMissingHosts: false,
  plan: undefined,
  emergency: false,
  reason: undefined,
};
afterEach(() => setRunVariables(none));

test('a run’s variables reach its tasks by the environment', () => {
  const variables = {
    run: '1-a',
    configuration: 'production',
    dryRun: true,
    allowMissingHosts: true,
    plan: 'p1',
    emergency: true,
    reason: 'all is down',
  };
  setRunVariables(variables);
  expect(runVariables()).toEqual(variables);
});

test('a task whose run no hook named still hears of --dry-run, from the command line of what started it', async () => {
  // A process that is started as Nx is, and starts a task as Nx does.
  const task = `require('@polydev/run-source'); console.log(JSON.stringify(require('${__dirname}/run-variables.ts').runVariables()))`;
  const file = `${__dirname}/../../testing/as-nx.cjs`;
  const { stdout } = await execa(process.execPath, [file, 'run', 'web:deploy', '-c', 'staging', '--dry-run'], {
    env: { TASK: task, POLYDEV_RUN: '', POLYDEV_DRY_RUN: '' },
  });
  expect(JSON.parse(stdout)).toEqual({
    configuration: 'staging',
    dryRun: true,
    allowMissingHosts: false,
    emergency: false,
  });
});
