import { makeWorkspace, type Workspace } from '../../testing/workspace';
import { setRunVariables } from '../run/run-variables';
import { auditorOf } from './auditor-of';

const RUN = { configuration: undefined, dryRun: false, allowMissingHosts: false, plan: undefined };
let workspace: Workspace;
beforeEach(() => {
  workspace = makeWorkspace({});
});
afterEach(() => {
  workspace.remove();
  for (const name of Object.keys(process.env).filter((one) => one.startsWith('POLYDEV_')))
    Reflect.deleteProperty(process.env, name);
});

test.each([
  ['an emergency', { emergency: true, reason: 'all is down' }, { emergency: true, reason: 'all is down' }],
  ['any other run', { emergency: false, reason: 'a new kernel' }, { reason: 'a new kernel' }],
  ['a run without a reason', { emergency: false, reason: undefined }, {}],
])('entries of %s say why', async (_, asked, permission) => {
  setRunVariables({ run: '1-a', ...RUN, ...asked });
  const { auditor } = await auditorOf(workspace.root, { name: 'sandbox' });
  expect(auditor.permission).toEqual(permission);
  expect(auditor.who).toMatchObject({ git: 'Test <test@localhost>' });
});
