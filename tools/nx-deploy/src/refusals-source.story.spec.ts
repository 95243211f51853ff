import { describeSsh } from '@polydev/host/testing';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type GuardedWorld, startGuardedWorld } from '../testing/guarded-world';
import { refused } from '../testing/refused';

// Nx starts a process for every task, and the machine may have other things to do.
jest.setTimeout(240_000);

let world: GuardedWorld;
const git = (...args: readonly string[]) => execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
const refusedDeploy = (code: string, hint: string) =>
  refused({ code, hint, disk: world.disk }, () => world.run('deploy'));

beforeEach(async () => {
  world = await startGuardedWorld();
});
afterEach(() => world.stop());

describeSsh('a deploy to production', () => {
  test('from a fork’s branch that is called main too is refused, and so is its plan', async () => {
    const fork = join(world.sshd.directory, 'fork.git');
    git('clone', '--quiet', '--bare', world.remote, fork);
    const upstream = `    repository: ${world.remote}\n`;
    world.publish(upstream);
    world.workspace.git('remote', 'set-url', 'origin', fork);
    world.workspace.commit({ 'apps/web/source.txt': 'of the fork\n' });
    world.workspace.git('push', '--quiet', '--force', 'origin', 'main');

    const { all } = await refusedDeploy('COMMIT_NOT_ON_BRANCH', 'Have it merged');
    expect(all).toContain(`is not on main of ${world.remote}`);
    const plan = await world.run('plan');
    expect([plan.exitCode, plan.all]).toEqual([1, expect.stringContaining('[COMMIT_NOT_ON_BRANCH]')]);
  });

  test('of a commit that nobody has pushed is refused, from a branch that is called main', async () => {
    world.workspace.commit({ 'apps/web/source.txt': 'web 2\n' });
    await refusedDeploy('COMMIT_NOT_ON_BRANCH', 'git switch main && git pull');
    world.workspace.git('push', '--quiet', 'origin', 'main');
    expect((await world.run('deploy')).exitCode).toBe(0);
    expect(world.live()).toBe('web 2');
  });

  test('from a shallow clone is refused, and goes once the history is there', async () => {
    const { workspace } = world;
    workspace.git('remote', 'set-url', 'origin', `file://${world.remote}`);
    workspace.commit({ 'apps/web/source.txt': 'web 2\n' });
    workspace.git('push', '--quiet', 'origin', 'main');
    workspace.git('fetch', '--quiet', '--depth=1', 'origin', 'main');
    await refusedDeploy('CLONE_SHALLOW', 'git fetch --unshallow');
    workspace.git('fetch', '--quiet', '--unshallow');
    expect((await world.run('deploy')).exitCode).toBe(0);
  });

  test('with a remote that does not answer is refused', async () => {
    world.workspace.git('remote', 'set-url', 'origin', join(world.sshd.directory, 'nowhere.git'));
    await refusedDeploy('ORIGIN_UNKNOWN', 'git ls-remote origin main');
  });

  test('with changes that nobody has committed is refused, but for an approval that was handed over', async () => {
    world.workspace.write({ 'deploy/approvals/production.web.json': 'handed over' });
    expect((await world.run('deploy')).exitCode).toBe(0);
    world.workspace.write({ 'apps/web/source.txt': 'not committed\n' });
    await refusedDeploy('TREE_DIRTY', 'Commit or stash them');
  });
});
