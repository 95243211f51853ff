import { parseManifest } from './parse-manifest';
import { resolveEnvironment } from './resolve-environment';

interface Written {
  readonly name?: string;
  readonly defaults?: string;
  readonly target?: string;
  readonly override?: string;
}

/** The one target of a manifest, in an environment that overrides it. */
const resolved = ({ name = 'api', defaults = '{}', target = 'keep: 5', override = '{}' }: Written) => {
  const text = [
    'version: 1.0',
    `defaults: ${defaults}`,
    `targets:\n  ${name}:\n    path: /opt/api/\n    ${target}`,
    `environments:\n  sandbox:\n    hosts: [box]\n    targets:\n      ${name}: ${override}`,
  ];
  return resolveEnvironment(parseManifest(text.join('\n')), { env: {} }).targets[0];
};

describe('a target', () => {
  test('has a value for everything that it need not say', () => {
    expect(resolved({})).toEqual({
      name: 'api',
      path: '/opt/api',
      build: 'local',
      install: 'auto',
      shared: [],
      drop: [],
      keep: 5,
      dependsOn: [],
      strategy: 'rolling',
      rolling: { maxParallel: { hosts: 1 }, pauseMs: 0 },
      rollbackOnFailure: 'deployment',
      sync: 'content',
      goldenImageRebuild: 'auto',
      commandTimeoutMs: 600_000,
    });
  });

  test('takes from the environment first, then its own keys, then the defaults', () => {
    const written = {
      defaults: '{ keep: 1, sync: rsync, install: none }',
      target: 'sync: content',
      override: '{ install: npm ci }',
    };
    expect(resolved(written)).toMatchObject({ keep: 1, sync: 'content', install: { command: 'npm ci' } });
  });

  test('loses what an environment takes away with null', () => {
    const target = resolved({ target: 'restart: systemctl restart api', override: '{ restart: null, url: ~ }' });
    expect(Object.keys(target ?? {})).not.toContain('restart');
  });

  test('names its secrets in any order, and an environment may name none', () => {
    expect(resolved({ target: 'secrets: [TOKEN, KEY]' })?.secrets).toEqual(['KEY', 'TOKEN']);
    expect(Object.keys(resolved({ target: 'secrets: [TOKEN]', override: '{ secrets: [] }' }) ?? {})).not.toContain(
      'secrets',
    );
  });

  test('shares files and directories, told apart by the slash', () => {
    expect(resolved({ target: 'shared: [.env, var/uploads/]' })?.shared).toEqual([
      { path: '.env', kind: 'file' },
      { path: 'var/uploads', kind: 'directory' },
    ]);
  });

  test.each([
    [90, 90_000],
    ['90s', 90_000],
    ['1.5m', 90_000],
    ['2 h', 7_200_000],
    ['250ms', 250],
    [0.5, 500],
    ['"45"', 45_000],
  ])('command_timeout: %s is %d ms', (written, milliseconds) => {
    expect(resolved({ target: `command_timeout: ${written}` })?.commandTimeoutMs).toBe(milliseconds);
  });
});

describe('a health check', () => {
  const url = 'http://localhost:4000/api/auth/health';
  const manner = { status: 200, timeoutMs: 30_000, intervalMs: 1000, successes: 1 };

  test('of an unknown target expects nothing of the answer but its status', () => {
    expect(resolved({ target: `health_check: ${url}` })?.healthCheck).toEqual({ url, ...manner });
  });

  test('of a well-known target expects its answer, at its path only', () => {
    const body = { status: 'healthy' };
    expect(resolved({ name: 'master-controller', target: `health_check: ${url}` })?.healthCheck).toEqual({
      url,
      body,
      ...manner,
    });
    const other = resolved({ name: 'master-controller', target: 'health_check: http://localhost:4000/up' });
    expect(other?.healthCheck).toEqual({ url: 'http://localhost:4000/up', ...manner });
  });

  test('of a well-known target knows its address', () => {
    const written = { name: 'frontend', target: 'health_check: { timeout: 5 }' };
    expect(resolved(written)?.healthCheck).toMatchObject({
      url: 'http://localhost:3000/api/health',
      body: { status: 'ok' },
      timeoutMs: 5000,
    });
  });

  test('asks for no body where it says null', () => {
    const check = resolved({
      name: 'master-controller',
      target: `health_check: { url: ${url}, body: null }`,
    })?.healthCheck;
    expect(check).toEqual({ url, ...manner });
  });

  test('is merged key by key over defaults, target and environment', () => {
    const written = {
      defaults: '{ health_check: { timeout: 2m, interval: 5 } }',
      target: `health_check: { url: ${url}, interval: 500ms, body: { up: true } }`,
      override: '{ health_check: http://localhost:9/x }',
    };
    expect(resolved(written)?.healthCheck).toEqual({
      ...manner,
      url: 'http://localhost:9/x',
      timeoutMs: 120_000,
      intervalMs: 500,
      body: { up: true },
    });
  });

  test('is none where only the defaults speak of one, or the environment takes it away', () => {
    expect(resolved({ defaults: '{ health_check: { timeout: 5 } }' })?.healthCheck).toBeUndefined();
    expect(
      resolved({ target: `health_check: ${url}`, override: '{ health_check: null }' })?.healthCheck,
    ).toBeUndefined();
  });
});
