import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { commitAll } from './checkout';
import { typistIn } from './typist';

/**
 * What the person on duty types: the commands of docs/operations.md and docs/plan.md, in a workspace (its folder) whose
 * sandbox runs what is committed, with a bad release. The tests build on one another. A command stands here as it does
 * in the docs; its `abc123f` is replaced.
 */
export const personOnDuty = (root: () => string): void => {
  const shas: string[] = [];
  const { type, expectGood, environment } = typistIn(root);

  beforeAll(async () => {
    // What is live, which need not be the newest commit: one that changed no file of a target leaves its release.
    shas.push((await status()).hosts[0]?.sha ?? '');
    withoutTests('master-controller');
  });

  /** The tests of a target run before each deploy of a change; this story has many, and the newcomer's have run them. */
  const withoutTests = (target: string) => {
    const file = join(root(), 'apps', target, 'project.json');
    const project = JSON.parse(readFileSync(file, 'utf8')) as { targets: Record<string, unknown> };
    project.targets['test'] = { command: 'true' };
    writeFileSync(file, JSON.stringify(project));
  };

  const remember = async () => {
    shas.push((await execa('git', ['rev-parse', 'HEAD'], { cwd: root() })).stdout);
  };
  const main = () => join(root(), 'apps/master-controller/src/main.ts');
  const change = async (text: string) => {
    appendFileSync(main(), `\n${text}\n`);
    await commitAll(root(), text);
    await remember();
  };
  /** A command of the docs, with the commit of our story in place of theirs. */
  const withSha = (command: string, index: number) => command.replace('abc123f', shas[index]!.slice(0, 7));
  const status = async () => {
    const output = (await type('npm run -s status -- master-controller --json')).output;
    return JSON.parse(output.split('\n').find((line) => line.startsWith('{')) ?? '') as {
      hosts: { sha: string; state: string; health: string }[];
      history: { kind: string; outcome: string; reason?: string }[];
    };
  };
  /** Begins a deploy of a release that crashes, and returns when it waits for its health. */
  const beginBadDeploy = async () => {
    const deploy = spawn('npx', ['nx', 'run', 'master-controller:deploy'], {
      cwd: root(),
      env: environment,
      stdio: 'ignore',
      detached: true,
    });
    const journal = join(root(), '.sandbox/root/opt/polydev-ai/targets/master-controller/journal.jsonl');
    const waits = () => /"started"[^\n]*"step":"health check"[^\n]*\n$/.test(readFileSync(journal, 'utf8'));
    for (let tries = 0; tries < 1200 && !waits(); tries += 1) {
      if (deploy.exitCode !== null) throw new Error(`The deploy ended with ${deploy.exitCode} before it waited.`);
      await sleep(100);
    }
    return deploy;
  };

  it('looks ahead, and deploys just what the plan says', async () => {
    await change("process.title = 'controller';");
    expect(await expectGood('npx nx affected -t deploy --dry-run')).toMatch(/master-controller/);
    expect(await expectGood('npx nx run frontend:deploy --dry-run')).toMatch(/frontend/);
    const plan = await expectGood('npx nx run master-controller:plan');
    const [hash] = /\bp[0-9a-f]{12}\b/.exec(plan) ?? [];
    expect(plan).toContain("process.title = 'controller';");
    expect((await status()).hosts[0]?.sha).toBe(shas[0]);
    await expectGood('npx nx run master-controller:deploy --plan=p1a2b3c4d5e6f'.replace('p1a2b3c4d5e6f', hash ?? ''));
    expect((await status()).hosts[0]?.sha).toBe(shas[1]);
    const again = await type('npx nx run master-controller:deploy --plan=p000000000000');
    expect(again.output).toContain('[PLAN_CHANGED]');
  }, 300_000);

  it('looks at everything in one table', async () => {
    expect(await expectGood('npx nx run polydev:preflight')).toMatch(/Deploying to sandbox/);
    expect(await expectGood('scripts/deployment-status.sh')).toMatch(/master-controller +\S+ +[0-9a-f]{7} +healthy/);
    expect(await expectGood('npx nx run master-controller:status')).toMatch(/healthy +idle/);
    for (const door of ['deploy', 'rollback', 'deployment-status']) {
      expect(await expectGood(`scripts/${door}.sh --help`)).toContain(`scripts/${door}.sh`);
    }
    expect((await type('scripts/deploy.sh --target mastr-controller')).code).toBe(1);
  }, 120_000);

  it('goes back, with a look first', async () => {
    expect(await expectGood('npx nx run master-controller:rollback --dry-run')).toMatch(
      new RegExp(`goes back to +\\S+-${shas[0]!.slice(0, 7)} `),
    );
    await expectGood('npx nx run master-controller:rollback --reason=slow');
    const { hosts, history } = await status();
    expect(hosts[0]).toMatchObject({ sha: shas[0], health: 'healthy' });
    expect(history[0]).toMatchObject({ kind: 'rollback', outcome: 'moved', reason: 'slow' });
  }, 120_000);

  it('goes to a commit, and all targets to a moment, and forth again', async () => {
    await expectGood(withSha('npx nx run master-controller:rollback --sha=abc123f', 1));
    expect((await status()).hosts[0]?.sha).toBe(shas[1]);
    await expectGood('npx nx run master-controller:rollback');
    expect((await status()).hosts[0]?.sha).toBe(shas[0]);
    await expectGood(withSha('npx nx run master-controller:rollback --sha=abc123f', 1));
    const all = await expectGood(withSha('npx nx run-many -t rollback --sha=abc123f', 0));
    expect(all).toMatch(/master-controller +sandbox +rolled back/);
    expect(all).toMatch(/frontend +sandbox +was there already/);
    expect((await status()).hosts[0]?.sha).toBe(shas[0]);
    expect(await expectGood(withSha('scripts/rollback.sh abc123f', 1))).toMatch(/Rollback \S+ on sandbox: succeeded/);
    expect((await status()).hosts[0]?.sha).toBe(shas[1]);
    expect(await expectGood('scripts/deploy.sh --target master-controller')).toMatch(/already live on sandbox/);
  }, 240_000);

  it('after a deployer was killed: sees it, sees what would be done, and recovers', async () => {
    await change("if (process.cwd().includes('/releases/')) process.exit(1);");
    const deploy = await beginBadDeploy();
    process.kill(-deploy.pid!, 'SIGKILL');
    if (deploy.exitCode === null && deploy.signalCode === null) await once(deploy, 'exit');
    for (let tries = 0; tries < 200 && (await status()).hosts[0]?.state === 'deploying'; tries += 1) await sleep(100);
    expect((await status()).hosts[0]?.state).toBe('interrupted');
    const look = await type('scripts/deployment-status.sh');
    expect(look.code).toBe(1);
    expect(look.output).toContain('A deployment of master-controller is interrupted.');
    expect(await expectGood('npx nx run master-controller:recover --dry-run')).toMatch(/would be undone \(.*swap/);
    expect(await expectGood('npx nx run master-controller:recover')).toMatch(/was undone; \S+ serves/);
    expect((await status()).hosts[0]).toMatchObject({ sha: shas[1], state: 'idle', health: 'healthy' });
  }, 240_000);

  it('ends one that hangs', async () => {
    const deploy = await beginBadDeploy();
    const unlocked = await expectGood('npx nx run master-controller:unlock --reason=hangs');
    expect(unlocked).toContain('The lock on sandbox is free');
    if (deploy.exitCode === null && deploy.signalCode === null) await once(deploy, 'exit');
    expect(deploy.exitCode).not.toBe(0);
    await expectGood('npx nx run master-controller:recover');
    expect((await status()).hosts[0]).toMatchObject({ sha: shas[1], state: 'idle', health: 'healthy' });
  }, 240_000);

  it('reads who did what, and that nobody changed it', async () => {
    expect(await expectGood('npx nx run master-controller:audit')).toMatch(/lock-broken +master-controller .*hangs/);
    expect(await expectGood('npx nx run master-controller:audit --json')).toContain('"action":"rollback"');
    expect(await expectGood('npx nx run master-controller:audit --verify')).toContain('is whole');
  }, 240_000);

  it('deploys again once the cause is mended', async () => {
    writeFileSync(main(), readFileSync(main(), 'utf8').replace(/^if \(process\.cwd.*$/m, "process.title = 'mended';"));
    await commitAll(root(), 'mended');
    await remember();
    await expectGood('npx nx affected -t deploy');
    expect((await status()).hosts[0]).toMatchObject({ sha: shas.at(-1), state: 'idle', health: 'healthy' });
  }, 240_000);
};
