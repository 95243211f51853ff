import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TargetRecord } from '@polydev/contract';
import { describeSsh, startSshd, type TestSshd } from '@polydev/host/testing';
import type { HostConfig, TargetConfig } from '@polydev/manifest';
import { itWithTmpfs } from '../../testing/tmpfs';
import { createWorld, type World } from '../../testing/world';
import { deployTarget } from '../index';

const HOSTS = 32;
const calm = new AbortController().signal;
const isLong = process.env['POLYDEV_TRIALS'] === 'all';

/** Light hosts: an SSH server each, and a disk of its own below one mount point that only its connections see. */
const light = (tests: () => void) =>
  isLong
    ? describeSsh('thirty-two hosts', tests)
    : test.skip('thirty-two hosts: for the long run (POLYDEV_TRIALS=all)', () => undefined);

light(() => {
  let w: World;
  let root: string;
  let disk: string;
  const sshds: TestSshd[] = [];
  let hosts: readonly HostConfig[] = [];
  const names = Array.from({ length: HOSTS }, (_, index) => `web-${String(index + 1).padStart(2, '0')}`);

  beforeAll(async () => {
    w = await createWorld();
    root = mkdtempSync(join(tmpdir(), 'light-'));
    disk = join(root, 'disk');
    mkdirSync(disk);
    hosts = await Promise.all(
      names.map(async (name) => {
        mkdirSync(join(root, name));
        writeFileSync(join(root, name, 'name'), name);
        const own = `unshare --mount /bin/sh -c 'mount --bind ${join(root, name)} ${disk} && exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"'`;
        const sshd = await startSshd({ config: [`ForceCommand ${own}`] });
        sshds.push(sshd);
        const { port, user, clientKey, knownHostsFile } = sshd;
        return { name, address: '127.0.0.1', port, user, identityFile: clientKey.path, knownHostsFile };
      }),
    );
  }, 120_000);
  afterAll(async () => {
    await Promise.all(sshds.map((sshd) => sshd.stop()));
    await w.stop();
    rmSync(root, { recursive: true, force: true });
  });

  const deploy = (text: string, more: Partial<TargetConfig> = {}) => {
    const { restart: _restart, healthCheck: _healthCheck, ...simple } = w.target();
    const target = { ...simple, path: `${disk}/app`, rolling: { maxParallel: { percent: 25 }, pauseMs: 0 }, ...more };
    const environment = { ...w.environment({}, { hosts, stateDir: `${disk}/state` }), targets: [target] };
    const artifactDirectory = w.artifact({ 'index.html': text });
    return deployTarget({
      environment,
      target,
      artifactDirectory,
      head: w.head(),
      report: () => undefined,
      signal: calm,
    });
  };
  const served = () =>
    names.map((name) => {
      const release = readlinkSync(join(root, name, 'app'))
        .split('/')
        .at(-1)!;
      return readFileSync(join(root, name, 'state/targets/app/releases', release, 'index.html'), 'utf8');
    });
  const count = ({ hosts }: TargetRecord) =>
    hosts.reduce<Record<string, number>>((sums, { outcome }) => ({ ...sums, [outcome]: (sums[outcome] ?? 0) + 1 }), {});

  itWithTmpfs('eight at a time all move, and every result is reported', async () => {
    const record = await deploy('v1');
    expect(count(record)).toEqual({ moved: HOSTS });
    expect(record.hosts.map(({ host }) => host)).toEqual(names);
    expect(new Set(served())).toEqual(new Set(['v1']));
  });

  itWithTmpfs('two that fail in one batch are both told, and all that moved go back', async () => {
    const record = await deploy('v2', { postDeploy: `case $(cat ${disk}/name) in web-18|web-20) exit 1;; esac` });
    expect(count(record)).toEqual({ 'taken-back': 24, 'not-reached': 8 });
    expect(record.hosts.filter(({ failedStep }) => failedStep).map(({ host }) => host)).toEqual(['web-18', 'web-20']);
    expect(new Set(served())).toEqual(new Set(['v1']));
  });
});
