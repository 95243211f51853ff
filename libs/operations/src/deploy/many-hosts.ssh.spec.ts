import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSsh, startSshd, type TestSshd } from '@polydev/host/testing';
import type { TargetRecord } from '@polydev/contract';
import type { HostConfig, TargetConfig } from '@polydev/manifest';
import { createWorld, type World } from '../../testing/world';
import { itWithTmpfs } from '../../testing/tmpfs';
import { closeDeployment, deployTarget, rollbackTargets, statusOfTarget } from '../index';

const NAMES = ['web-1', 'web-2', 'web-3'];
const calm = new AbortController().signal;

/** Several hosts on one machine: each connection sees its own disk at one mount point, in a mount namespace of its own. */
describeSsh('an environment of three hosts', () => {
  let w: World;
  let root: string;
  let disk: string;
  const sshds: TestSshd[] = [];
  const hosts: HostConfig[] = [];

  beforeEach(async () => {
    w = await createWorld();
    root = mkdtempSync(join(tmpdir(), 'many-'));
    disk = join(root, 'disk');
    mkdirSync(disk);
    for (const name of NAMES) {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'name'), name);
      await comeBack(name);
    }
  });
  /** Starts a host's server, with the disk that it has. */
  const comeBack = async (name: string) => {
    const own = `unshare --mount /bin/sh -c 'mount --bind ${join(root, name)} ${disk} && exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"'`;
    const sshd = await startSshd({ config: [`ForceCommand ${own}`] });
    sshds.push(sshd);
    const { port, user, clientKey, knownHostsFile } = sshd;
    const host = { name, address: '127.0.0.1', port, user, identityFile: clientKey.path, knownHostsFile };
    hosts[NAMES.indexOf(name)] = host;
  };
  afterEach(async () => {
    await Promise.all(sshds.splice(0).map((sshd) => sshd.stop()));
    hosts.splice(0);
    await w.stop();
    rmSync(root, { recursive: true, force: true });
  });

  const environment = (postDeploy: string, more: Partial<TargetConfig> = {}, allowMissingHosts = false) => ({
    ...w.environment({}, { hosts: [...hosts], stateDir: `${disk}/state`, allowMissingHosts }),
    targets: [{ ...simple(), path: `${disk}/app`, postDeploy, ...more }],
  });
  const simple = () => {
    const { restart: _restart, healthCheck: _healthCheck, ...target } = w.target();
    return target;
  };
  const deploy = async (
    text: string,
    postDeploy = 'true',
    { allowMissingHosts = false, ...more }: Partial<TargetConfig> & { allowMissingHosts?: boolean } = {},
  ) => {
    const here = environment(postDeploy, more, allowMissingHosts);
    const head = w.head();
    const artifactDirectory = w.artifact({ 'index.html': text });
    const record = await deployTarget({
      environment: here,
      target: here.targets[0]!,
      artifactDirectory,
      head,
      report: (event) => void w.events.push(event),
      signal: calm,
    });
    return { record, head, here };
  };
  /** What each host serves, as its own disk has it. */
  const served = () =>
    NAMES.map((name) => {
      const link = join(root, name, 'app');
      const release = existsSync(join(root, name, 'state')) ? readlinkSync(link).split('/').at(-1)! : '';
      return readFileSync(join(root, name, 'state/targets/app/releases', release, 'index.html'), 'utf8');
    });

  itWithTmpfs('moves one host after another and records all of them, on each', async () => {
    const { record, head } = await deploy('v1');
    expect(record).toMatchObject({ outcome: 'moved', hosts: NAMES.map((host) => ({ host, outcome: 'moved' })) });
    expect(served()).toEqual(['v1', 'v1', 'v1']);

    const here = environment('true');
    const closing = { environment: here, deployment: head.id, head, report: () => undefined, signal: calm };
    const closed = await closeDeployment(closing);
    expect(await closeDeployment(closing)).toEqual(closed);
    expect(closed).toMatchObject({
      outcome: 'succeeded',
      targets: [{ hosts: NAMES.map((host) => ({ host, outcome: 'moved' })) }],
    });
    for (const name of NAMES) expect(readdirSync(join(root, name, 'state/deployments'))).toContain(`${head.id}.json`);
    const status = await statusOfTarget({
      environment: here,
      target: here.targets[0]!,
      limit: 5,
      report: () => undefined,
      signal: calm,
    });
    expect(status.hosts.map(({ host, release }) => [host, release])).toEqual(NAMES.map((name) => [name, head.id]));
    expect(status.history).toHaveLength(1);
  });

  itWithTmpfs(
    'the first host that fails stops the roll and takes back those moved before it; later ones were not reached',
    async () => {
      await deploy('v1');
      const { record } = await deploy('v2', `[ "$(cat ${disk}/name)" != web-2 ]`);
      expect(record.outcome).toBe('taken-back');
      expect(record.hosts.map(({ host, outcome, failedStep }) => [host, outcome, failedStep])).toEqual([
        ['web-1', 'taken-back', undefined],
        ['web-2', 'taken-back', 'run post_deploy'],
        ['web-3', 'not-reached', undefined],
      ]);
      expect(served()).toEqual(['v1', 'v1', 'v1']);
      for (const name of NAMES) expect(readdirSync(join(root, name, 'state/targets/app/releases'))).toHaveLength(2);
    },
  );

  itWithTmpfs('goes back on all hosts or on none', async () => {
    const one = await deploy('v1');
    const two = await deploy('v2');
    for (const { head, here } of [one, two]) {
      await closeDeployment({ environment: here, deployment: head.id, head, report: () => undefined, signal: calm });
    }
    const goBack = (restart: string) => {
      const { here } = one;
      const targets = here.targets.map((target) => ({ ...target, restart }));
      const head = w.head({ kind: 'rollback' });
      const context = { environment: { ...here, targets }, report: () => undefined, signal: calm };
      return rollbackTargets({ ...context, targets, sha: undefined, by: head.by, openHead: () => head });
    };
    const failing = await goBack(`test "$(cat ${disk}/name)" != web-2 || test "$DEPLOY_RELEASE" = ${two.head.id}`);
    expect(failing.targets[0]?.hosts.map(({ outcome }) => outcome)).toEqual([
      'taken-back',
      'taken-back',
      'not-reached',
    ]);
    expect(served()).toEqual(['v2', 'v2', 'v2']);
    const good = await goBack('true');
    expect(good.targets[0]?.hosts.map(({ outcome }) => outcome)).toEqual(['moved', 'moved', 'moved']);
    expect(served()).toEqual(['v1', 'v1', 'v1']);
  });

  const twoAtOnce = { rolling: { maxParallel: { hosts: 2 }, pauseMs: 1 } };
  const outcomesOf = ({ hosts }: TargetRecord) => hosts.map(({ outcome }) => outcome);

  itWithTmpfs('two at once: the second batch begins when the first has ended', async () => {
    const meeting = `name=$(cat ${disk}/name); touch ${root}/$name.here
      [ "$name" = web-3 ] && exit 0
      for _ in $(seq 100); do
        [ -e ${root}/web-3.here ] && exit 1
        [ -e ${root}/web-1.here ] && [ -e ${root}/web-2.here ] && exit 0
        sleep 0.05
      done; exit 1`;
    const { record } = await deploy('v1', meeting, twoAtOnce);
    expect(outcomesOf(record)).toEqual(['moved', 'moved', 'moved']);
    expect(w.events).toContainEqual(expect.objectContaining({ text: expect.stringContaining('pausing') as string }));
  });

  itWithTmpfs('of a batch that fails on several hosts each failure is told, and all go back', async () => {
    await deploy('v1');
    const { record } = await deploy('v2', `[ "$(cat ${disk}/name)" = web-3 ]`, twoAtOnce);
    expect(record.hosts.map(({ outcome, failedStep }) => [outcome, failedStep])).toEqual([
      ['taken-back', 'run post_deploy'],
      ['taken-back', 'run post_deploy'],
      ['not-reached', undefined],
    ]);
    const told = w.events.flatMap((event) => (event.kind === 'error' ? [event.host] : []));
    expect(told.sort()).toEqual(['web-1', 'web-2']);
    expect(served()).toEqual(['v1', 'v1', 'v1']);
  });

  itWithTmpfs(
    'rollback_on_failure: host takes back the host that failed alone; the next deploy brings it level',
    async () => {
      await deploy('v1');
      const { record } = await deploy('v2', `[ "$(cat ${disk}/name)" != web-2 ]`, { rollbackOnFailure: 'host' });
      expect(outcomesOf(record)).toEqual(['moved', 'taken-back', 'not-reached']);
      expect(record.outcome).toBe('taken-back');
      expect(served()).toEqual(['v2', 'v1', 'v1']);
      const next = await deploy('v2');
      expect(outcomesOf(next.record)).toEqual(['unchanged', 'moved', 'moved']);
      expect(served()).toEqual(['v2', 'v2', 'v2']);
    },
  );

  itWithTmpfs('a host that is missing can be left out, and is brought level when it is back', async () => {
    await deploy('v1');
    await sshds[2]!.stop();
    const without = await deploy('v2', 'true', { allowMissingHosts: true });
    expect(outcomesOf(without.record)).toEqual(['moved', 'moved', 'not-reached']);
    expect(without.record.outcome).toBe('moved');
    expect(served()).toEqual(['v2', 'v2', 'v1']);
    await comeBack('web-3');
    const later = await deploy('v2');
    expect(outcomesOf(later.record)).toEqual(['unchanged', 'unchanged', 'moved']);
    expect(served()).toEqual(['v2', 'v2', 'v2']);
  });

  itWithTmpfs('where every host is missing, none is left out', async () => {
    await Promise.all(sshds.map((sshd) => sshd.stop()));
    await expect(deploy('v1', 'true', { allowMissingHosts: true })).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
  });

  itWithTmpfs('a host out of reach is named before any other is touched', async () => {
    await deploy('v1');
    await sshds[2]!.stop();
    await expect(deploy('v2')).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: expect.stringContaining('web-3') as string,
    });
    expect(served()).toEqual(['v1', 'v1', 'v1']);
  });
});
