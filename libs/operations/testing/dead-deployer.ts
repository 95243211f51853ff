import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readArtifact } from '@polydev/artifact';
import { deploymentRecordSchema } from '@polydev/contract';
import type { TargetConfig } from '@polydev/manifest';
import { closeDeployment, deployTarget, rollbackTargets, statusOfTarget } from '../src/index';
import type { DeployerInput } from './deployer';
import { decrypted } from './secrets';
import { app, type World } from './world';

const calm = new AbortController().signal;
const silent = () => undefined;
/** Steps in which a command of the manifest runs, for a while. */
const LONG_STEPS = ['run pre_deploy', 'run post_deploy', 'install dependencies', 'build on server', 'restart'];

/** Deployers that can be killed, on a server whose target has something to do in every step. */
export const deadDeployers = (world: () => World) => {
  /** Every step has something to do, so that a kill can hit it; what is to be killed takes its time. */
  const settings = (pause = 'true'): Partial<TargetConfig> => ({
    preDeploy: pause,
    postDeploy: pause,
    install: { command: `${pause}; mkdir -p node_modules` },
    build: 'server',
    buildCommand: pause,
    shared: [{ path: 'uploads', kind: 'directory' }],
    keep: 0,
    secrets: ['VERSION'],
  });
  const input = (version: string, pause?: string) => {
    const secretValues = { VERSION: `secret of ${version}` };
    return {
      verb: 'deploy' as const,
      environment: world().environment(settings(pause), { secrets: decrypted(secretValues) }),
      artifactDirectory: world().artifact({
        'main.js': app(version),
        'package-lock.json': JSON.stringify({ version }),
      }),
      head: world().head(),
      // As text, a deployer in a process of its own gets no decrypted values.
      secretValues,
    };
  };
  const run = (version: string) => {
    const one = input(version);
    return deployTarget({ ...one, target: one.environment.targets[0]!, report: silent, signal: calm });
  };
  /** The secret that lies where the service reads it. */
  const secretPlaced = () => {
    const text = readFileSync(join(home(), 'secrets/live.env'), 'utf8');
    return /^VERSION="(.*)"\n$/.exec(text)?.[1];
  };
  const home = () => join(world().stateDir, 'targets/app');

  const begun = (one: DeployerInput) => {
    const file = join(world().root, 'input.json');
    writeFileSync(file, JSON.stringify(one));
    return spawn(process.execPath, ['-r', '@polydev/run-source', join(__dirname, 'deployer.ts'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  };
  /** What a deployer in a process of its own prints until it ends. */
  const linesOf = async (one: DeployerInput): Promise<readonly string[]> => {
    const child = begun(one);
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) lines.push(line);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe(one.kill === undefined && one.killInStep === undefined ? null : 'SIGKILL');
    return lines;
  };
  /** Runs a deploy or a rollback in a process of its own, which dies in a step. Returns its head. */
  const killedIn = async (step: string, one: DeployerInput) => {
    // Where a command runs meanwhile, it is to have begun; elsewhere the step could be over.
    const afterMs = LONG_STEPS.includes(step) ? 100 : 0;
    await linesOf({ ...one, killInStep: { step, afterMs } });
    // A restart or hook that ran is let end, with the lock; a next run before that would be told who holds it.
    await eventuallyFree();
    return one.head;
  };
  const killedRun = (version: string, step: string) => killedIn(step, input(version, 'sleep 0.3'));
  const killedRollback = (step: string) => {
    const { environment, head, secretValues } = input('none', 'sleep 0.3');
    return killedIn(step, { verb: 'rollback', environment, head: { ...head, kind: 'rollback' }, secretValues });
  };
  const goBack = () => {
    const { environment, head } = input('none');
    const openHead = () => ({ ...head, kind: 'rollback' as const });
    return rollbackTargets({
      environment,
      targets: environment.targets,
      sha: undefined,
      by: head.by,
      openHead,
      report: silent,
      signal: calm,
    });
  };
  /** The live tree is a whole release: what its own list says, file by file. */
  const expectWholeRelease = async () => {
    const id = readlinkSync(world().path).split('/').at(-1)!;
    const { list } = await readArtifact(join(home(), 'releases', id), {
      exclude: ['.release.json', 'node_modules', 'uploads'],
    });
    expect(list).toBe(readFileSync(join(home(), 'releases', `${id}.mtree`), 'utf8'));
  };
  const outcomeOf = async (deployment: string) => {
    await closeDeployment({
      environment: world().environment(settings()),
      report: silent,
      signal: calm,
      deployment: 'another',
    });
    const file = join(world().stateDir, 'deployments', `${deployment}.json`);
    if (!existsSync(file)) return undefined;
    return deploymentRecordSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).targets[0]?.outcome;
  };
  /** The answer once the service has come up: the kill may have hit its start. */
  const eventualAnswer = async () => {
    for (let tries = 0; tries < 50; tries += 1) {
      const answer = await world().answer();
      if (typeof answer !== 'string') return answer;
      await new Promise((done) => setTimeout(done, 100));
    }
    return world().answer();
  };

  /** The shell of a killed deployer ends when its connection does: a moment, not a timeout. */
  const eventuallyFree = async () => {
    const environment = world().environment(settings());
    for (let tries = 0; tries < 50; tries += 1) {
      const status = await statusOfTarget({
        environment,
        target: environment.targets[0]!,
        limit: 1,
        report: silent,
        signal: calm,
      });
      if (status.hosts[0]?.state !== 'deploying') return;
      await new Promise((done) => setTimeout(done, 100));
    }
  };

  return {
    settings,
    input,
    run,
    home,
    begun,
    linesOf,
    killedRun,
    killedRollback,
    goBack,
    expectWholeRelease,
    secretPlaced,
    outcomeOf,
    eventualAnswer,
    eventuallyFree,
  };
};
