import { describeSsh, startSshd, type TestSshd } from '@polydev/host/testing';
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { makeWorkspace, type Workspace } from '../../testing/workspace';
import { auditedMigration } from './audited';

describeSsh('what changes the records of a database', () => {
  let sshd: TestSshd;
  let workspace: Workspace;
  beforeEach(async () => {
    sshd = await startSshd();
    workspace = makeWorkspace({});
  });
  afterEach(async () => {
    workspace.remove();
    await sshd.stop();
  });

  const log = () => join(sshd.directory, 'state/audit.jsonl');
  const results = () =>
    readFileSync(log(), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { result: unknown }).result);
  const change = (work: () => Promise<boolean>, signal = new AbortController().signal) => {
    const { port, user, clientKey, knownHostsFile } = sshd;
    const host = { name: 'box', address: '127.0.0.1', port, user, identityFile: clientKey.path, knownHostsFile };
    const stateDir = join(sshd.directory, 'state');
    const environment = { name: 'sandbox', protected: false, hosts: [host], stateDir, targets: [], notes: [] };
    const input = { root: workspace.root, environment, report: () => undefined, signal };
    return auditedMigration(input, { target: 'database', what: 'baseline: 1' }, work);
  };

  test('is not begun where it cannot be written down', async () => {
    mkdirSync(log(), { recursive: true });
    const work = jest.fn(() => Promise.resolve(true));
    await expect(change(work)).rejects.toMatchObject({
      code: 'AUDIT_UNWRITTEN',
      message: expect.stringContaining('Nothing was touched.'),
    });
    expect(work).not.toHaveBeenCalled();
  });

  test('is not said to have touched nothing where its end could not be written down', async () => {
    const done = change(() => {
      renameSync(log(), `${log()}.away`);
      mkdirSync(log());
      return Promise.resolve(true);
    });
    await expect(done).rejects.toMatchObject({
      code: 'AUDIT_UNWRITTEN',
      message: expect.stringMatching(/What was changed stays; the database’s own record has it\.$/),
    });
  });

  test('has failed in the log where it was broken off, and what it failed of is told', async () => {
    const abort = new AbortController();
    const failed = change(() => {
      abort.abort();
      return Promise.reject(new Error('broken off'));
    }, abort.signal);
    await expect(failed).rejects.toThrow('broken off');
    expect(results()).toEqual(['begun', 'failed']);
  });
});
