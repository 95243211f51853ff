import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceConfig, TargetConfig, TrafficConfig } from '@polydev/manifest';
import { sudoersOf } from './sudoers';
import { unitsOf } from './units';

const SERVICE: ServiceConfig = {
  command: 'node main.js',
  type: 'notify',
  port: 4000,
  socket: true,
  environment: {},
  credentials: {},
  startTimeoutMs: 30_000,
  stopTimeoutMs: 20_000,
  writable: [],
  hardening: true,
};
const TRAFFIC: TrafficConfig = {
  engine: 'haproxy',
  address: '0.0.0.0',
  port: 80,
  slots: { blue: 4001, green: 4002 },
  drainTimeoutMs: 30_000,
  keepWarmMs: 300_000,
  observeMs: 10_000,
  maxFailedShare: 0.01,
};
const target = (more: Partial<TargetConfig> = {}, service: Partial<ServiceConfig> = {}) =>
  ({
    name: 'api',
    path: '/opt/api',
    strategy: 'rolling',
    shared: [],
    service: { ...SERVICE, ...service },
    ...more,
  }) as TargetConfig;
const blueGreen = (service: Partial<ServiceConfig> = {}) =>
  target({ strategy: 'blue-green', traffic: TRAFFIC }, { socket: false, ...service });
const textsOf = (one: TargetConfig) =>
  new Map(unitsOf({ target: one, stateDir: '/opt/state', group: 'deploy' }).map(({ name, text }) => [name, text]));
const linesOf = (one: TargetConfig, name: string) => (textsOf(one).get(name) ?? '').split('\n');

test('a target has just the units that its strategy takes', () => {
  expect([...textsOf(target()).keys()]).toEqual(['polydev-api.service', 'polydev-api.socket']);
  expect([...textsOf(target({}, { socket: false })).keys()]).toEqual(['polydev-api.service']);
  expect([...textsOf(blueGreen()).keys()]).toEqual([
    'polydev-api@.service',
    'polydev-api-retire@.timer',
    'polydev-api-retire@.service',
    'polydev-api-traffic.service',
  ]);
  expect(unitsOf({ target: { ...target(), service: undefined } as never, stateDir: '/s', group: 'g' })).toEqual([]);
});

test('nothing that a manifest says becomes another setting, a specifier or a second word', () => {
  const lines = linesOf(
    target(
      {},
      {
        command: 'node "a b.js" 50%',
        environment: { A: 'x "y" \\z 100%', B: '[Service]' },
        credentials: { key: '/etc/%h' },
      },
    ),
    'polydev-api.service',
  );
  expect(lines).toContain('ExecStart=/usr/bin/env node "a b.js" 50%%');
  expect(lines).toContain('Environment="A=x \\"y\\" \\\\z 100%%"');
  expect(lines).toContain('Environment="B=[Service]"');
  expect(lines).toContain('LoadCredential=key:/etc/%%h');
});

test('decrypted values are read where a deploy places them, and need not be there; a target without them has no such line', () => {
  const line = 'EnvironmentFile=-/opt/state/targets/api/secrets/live.env';
  const secrets = ['TOKEN'];
  expect(linesOf(target({ secrets }), 'polydev-api.service')).toContain(line);
  expect(linesOf({ ...blueGreen(), secrets }, 'polydev-api@.service')).toContain(line);
  expect(linesOf(target(), 'polydev-api.service')).not.toContain(line);
});

test('an account of its own, or the one that is named; hardening can be left out', () => {
  expect(linesOf(target(), 'polydev-api.service')).toEqual(
    expect.arrayContaining(['DynamicUser=yes', 'ProtectSystem=strict']),
  );
  const plain = linesOf(target({}, { user: 'www-data', hardening: false }), 'polydev-api.service');
  expect(plain).toContain('User=www-data');
  expect(plain.filter((line) => /^(DynamicUser|Protect|Restrict)/.test(line))).toEqual([]);
});

test('Node would die of two settings of the usual lists, so they are not there', () => {
  const text = textsOf(target()).get('polydev-api.service') ?? '';
  expect(text).not.toContain('MemoryDenyWriteExecute');
  expect(text).toContain('SystemCallFilter=@system-service @pkey\n');
});

const verify = spawnSync('systemd-analyze', ['--version']).error ? test.skip : test;
verify('systemd reads them without a complaint', () => {
  const directory = mkdtempSync(join(tmpdir(), 'units-'));
  try {
    for (const one of [
      target({ secrets: ['TOKEN'] }),
      { ...blueGreen(), secrets: ['TOKEN'] },
      target({ traffic: TRAFFIC }, { memoryMax: '512M', environmentFile: '/etc/api.env' }),
    ]) {
      const own = mkdtempSync(join(directory, 'one-'));
      mkdirSync(own, { recursive: true });
      for (const { name, text } of unitsOf({ target: one, stateDir: '/opt/state', group: 'root' })) {
        writeFileSync(join(own, name.replace('@.', '@blue.')), text.replaceAll('/usr/sbin/haproxy', '/bin/true'));
      }
      const files = [...textsOf(one).keys()].map((name) => join(own, name.replace('@.', '@blue.')));
      const { stderr, status } = spawnSync('systemd-analyze', ['verify', '--man=no', ...files], { encoding: 'utf8' });
      const ours = stderr.split('\n').filter((line) => line.includes(own) || line.includes('polydev-'));
      expect({ status, ours }).toEqual({ status: 0, ours: [] });
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('the account that deploys may do exactly what deploys do, and nothing by a pattern', () => {
  expect(sudoersOf(target(), 'deploy')).toEqual({
    path: '/etc/sudoers.d/polydev-api',
    text: expect.stringContaining(
      '\ndeploy ALL=(root) NOPASSWD: /usr/bin/systemctl restart polydev-api.service\n',
    ) as string,
  });
  const { path, text } = sudoersOf({ ...blueGreen(), name: 'my.api' }, 'deploy');
  expect(path).toBe('/etc/sudoers.d/polydev-my_dotapi');
  expect(text).toContain('/usr/bin/systemctl start polydev-my.api@blue.service\n');
  expect(text).not.toMatch(/[*?!]/);
});
