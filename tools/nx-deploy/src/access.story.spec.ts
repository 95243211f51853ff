import { sshdMissing } from '@polydev/host/testing';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type GuardedWorld, signerLine, startGuardedWorld } from '../testing/guarded-world';
import { refused } from '../testing/refused';
import type { Answer } from '../testing/workspace';

const missing = sshdMissing();
const describeSsh = missing === undefined || process.env['CI'] ? describe : describe.skip;
if (missing !== undefined) console.warn(missing);

// Nx starts a process for every task, and the machine may have other things to do.
jest.setTimeout(240_000);

const ROLES = `    allowed_signers: deploy/allowed_signers
    roles: { maintainers: [lead@example.com], deployers: [developer@example.com] }
`;
let world: GuardedWorld;
const signers = () => ({
  'deploy/allowed_signers':
    signerLine('lead@example.com,lead-login', world.key('lead')) +
    signerLine('developer@example.com,developer-login', world.key('developer')) +
    signerLine('reader@example.com,reader-login', world.key('reader')),
});
const as = (name: string) => ({ DEPLOY_SIGNING_KEY: world.key(name) });
const refusedRun = (code: string, hint: string, task: () => Promise<Answer>) =>
  refused({ code, hint, disk: world.disk }, task);
const newestRecord = (): unknown => {
  const folder = join(world.sshd.directory, 'state/deployments');
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return JSON.parse(readFileSync(join(folder, names.sort().at(-1) ?? ''), 'utf8'));
};

beforeAll(async () => {
  if (missing === undefined) world = await startGuardedWorld();
});
afterAll(async () => {
  if (missing === undefined) await world.stop();
});

// One story: each test goes on from where the one before it left the server.
describeSsh('who may do what in production', () => {
  test('without any of the rules that a manifest can set, whoever can log in deploys what is on the branch', async () => {
    expect((await world.run('deploy')).exitCode).toBe(0);
    expect(world.live()).toBe('web 1');
  });

  test('a deploy needs the role of a deployer', async () => {
    world.publish(ROLES, { ...signers(), 'apps/web/source.txt': 'web 2\n' });
    await refusedRun('ROLE_MISSING', 'Ask a maintainer', () => world.run('deploy', [], as('reader')));
    expect((await world.run('deploy', [], as('developer'))).exitCode).toBe(0);
    expect(world.live()).toBe('web 2');
    // What served before was never signed, and nothing goes back to it any more.
    world.publish(ROLES, { 'apps/web/source.txt': 'web 3\n' });
    expect((await world.run('deploy', [], as('developer'))).exitCode).toBe(0);
  });

  test('so do a recovery and a setup, though anybody may see what they would do', async () => {
    for (const verb of ['recover', 'setup']) {
      const { all } = await refusedRun('ROLE_MISSING', 'Ask a maintainer', () => world.run(verb, [], as('reader')));
      expect(all).toContain('needs a deployer');
      await refusedRun('DEPLOYER_UNKNOWN', 'DEPLOY_SIGNING_KEY', () => world.run(verb));
      expect((await world.run(verb, ['--dry-run'])).all).not.toContain('[ROLE_MISSING]');
    }
    expect((await world.run('recover', [], as('developer'))).exitCode).toBe(0);
  });

  test('the tests and the build of this very run cannot be left out', async () => {
    const { all } = await refusedRun('CHECKS_LEFT_OUT', '--exclude-task-dependencies', () =>
      world.run('deploy', ['--exclude-task-dependencies'], as('developer')),
    );
    expect(all).toContain('needs preflight, test, build to have passed');
  });

  test('an emergency needs a reason', async () => {
    await refusedRun('EMERGENCY_WITHOUT_REASON', '--reason=', () => world.run('deploy', ['--emergency'], as('lead')));
  });

  test('an emergency puts the rules aside, and says so at both ends and in the record', async () => {
    world.workspace.git('switch', '--quiet', '--create', 'hotfix');
    world.workspace.commit({ 'apps/web/source.txt': 'web hotfix\n' });
    const line = 'npx nx run master-controller:deploy -c production --emergency --reason="all is down"';
    const answer = await world.type(line, as('reader'));
    expect([answer.exitCode, world.live()]).toEqual([0, 'web hotfix']);
    expect(answer.all).toContain('EMERGENCY: the rules of production');
    expect(answer.all).toMatch(/EMERGENCY: \S+ went to production past its rules/);
    expect(answer.all.match(/Reason: all is down/g)).toHaveLength(2);
    expect(answer.all).toContain('[COMMIT_NOT_ON_BRANCH]');
    expect(newestRecord()).toMatchObject({ emergency: true, reason: 'all is down' });
    world.workspace.git('switch', '--quiet', 'main');
  });

  test('an emergency that was taken back says so, and not that it went anywhere', async () => {
    world.publish(`${ROLES}    targets: { web: { post_deploy: 'exit 7' } }\n`, {
      'apps/web/source.txt': 'web broken\n',
    });
    const line = 'npx nx run master-controller:deploy -c production --emergency --reason="still down"';
    const answer = await world.type(line, as('reader'));
    expect([answer.exitCode === 0, world.live()]).toEqual([false, 'web hotfix']);
    expect(answer.all).toMatch(/EMERGENCY: \S+ was to go to production past its rules, failed and was taken back, by /);
    expect(answer.all).not.toContain(' went to production');
    expect(newestRecord()).toMatchObject({ outcome: 'rolled-back', emergency: true, reason: 'still down' });
    world.publish(ROLES);
  });

  test('a rollback needs a maintainer', async () => {
    await refusedRun('ROLE_MISSING', 'Ask a maintainer', () => world.run('rollback', [], as('developer')));
    expect((await world.run('rollback', ['--reason=bad'], as('lead'))).exitCode).toBe(0);
    expect(world.live()).toBe('web 3');
  });

  test('or an emergency with its reason', async () => {
    await refusedRun('EMERGENCY_WITHOUT_REASON', '--reason=', () => world.run('rollback', ['--emergency'], as('lead')));
    const line = 'npx nx run master-controller:rollback -c production --emergency --reason="nobody is awake"';
    const answer = await world.type(line, as('developer'));
    expect([answer.exitCode, world.live()]).toEqual([0, 'web 2']);
    expect(answer.all.match(/EMERGENCY:/g)).toHaveLength(2);
    expect(newestRecord()).toMatchObject({ kind: 'rollback', emergency: true, reason: 'nobody is awake' });
  });

  test('breaking a lock needs a maintainer', async () => {
    await refusedRun('ROLE_MISSING', 'Ask a maintainer', () =>
      world.run('unlock', ['--reason=it hangs'], as('developer')),
    );
  });
});
