import { isOpsError } from '@polydev/errors';
import { parseManifest } from './parse-manifest';
import { problemsOf } from './problem';
import { resolveEnvironment } from './resolve-environment';

const manifest = (...lines: readonly string[]) =>
  [
    'version: 1.0',
    'targets:',
    '  api:',
    '    path: /opt/api',
    ...lines,
    'environments: { sandbox: { hosts: [box] } }',
  ].join('\n');
const targetsOf = (...lines: readonly string[]) =>
  resolveEnvironment(parseManifest(manifest(...lines)), { env: {} }).targets;
const problems = (...lines: readonly string[]): readonly string[] => {
  try {
    targetsOf(...lines);
  } catch (error) {
    if (isOpsError(error, 'MANIFEST_INVALID'))
      return problemsOf(error).map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  throw new Error('nothing was wrong');
};
const HEALTH = '    health_check: http://localhost:4000/health';

test('a service needs a command alone; the rest has a value', () => {
  expect(targetsOf('    service: { command: node main.js, port: 4000 }')[0]?.service).toEqual({
    command: 'node main.js',
    port: 4000,
    socket: true,
    type: 'notify',
    environment: {},
    credentials: {},
    startTimeoutMs: 30_000,
    stopTimeoutMs: 30_000,
    writable: [],
    hardening: true,
  });
});

test('traffic needs a port alone: slots are the two after it', () => {
  const [target] = targetsOf(
    '    strategy: blue-green',
    '    service: { command: node main.js }',
    '    traffic: { port: 80, keep_warm: 0, max_failed: 0.5% }',
    HEALTH,
  );
  expect(target).toMatchObject({
    strategy: 'blue-green',
    service: { socket: false },
    traffic: {
      engine: 'haproxy',
      address: '0.0.0.0',
      port: 80,
      slots: { blue: 81, green: 82 },
      drainTimeoutMs: 30_000,
      keepWarmMs: 0,
      observeMs: 10_000,
      maxFailedShare: 0.005,
    },
  });
});

test.each([
  ['2', '30s', { maxParallel: { hosts: 2 }, pauseMs: 30_000 }],
  ['25%', '0', { maxParallel: { percent: 25 }, pauseMs: 0 }],
])('max_parallel: %s, pause: %s', (parallel, pause, expected) => {
  expect(targetsOf(`    max_parallel: ${parallel}`, `    pause: ${pause}`)[0]?.rolling).toEqual(expected);
});

test.each([
  [
    ['    max_parallel: 0%'],
    ['targets/api/max_parallel: should be a number of hosts, or a percentage such as 25%, is "0%"'],
  ],
  [
    ['    service: { command: node main.js }', '    restart: systemctl restart api'],
    ['targets/api/restart: stands beside `service`, whose unit a deploy restarts itself; leave one of them out'],
  ],
  [['    traffic: { port: 80 }'], ['targets/api/traffic: needs a `service` to send traffic to']],
  [
    ['    service: { command: node main.js }', '    traffic: { port: 80 }'],
    ['targets/api/traffic: needs `service.port` to send traffic to'],
  ],
  [
    ['    service: { command: node main.js, port: 4000 }', '    traffic: { port: 4000 }'],
    ['targets/api/traffic: takes port 4000, which is taken twice by this target'],
  ],
  [
    [
      '    strategy: blue-green',
      '    service: { command: node main.js, socket: true, port: 4000 }',
      '    traffic: { port: 80 }',
    ],
    [
      'targets/api/strategy: is blue-green, which needs a `health_check`: traffic moves to what has proven healthy',
      'targets/api/service: has `socket: true`, which is for strategy rolling',
    ],
  ],
  [
    [
      '    service: { command: node main.js, port: 4000 }',
      '  web:',
      '    path: /opt/web',
      '    service: { command: node main.js, port: 4000 }',
    ],
    ['targets/web/service: takes port 4000, which is taken by api too'],
  ],
  [
    [
      '    service:',
      '      command: "a\\nb"',
      '      environment: { 1A: x, B: "a\\nb" }',
      '      credentials: { key: etc/key }',
    ],
    [
      'targets/api/service/command: should be a command in one line, without a backslash at its end, is "a\\nb"',
      'targets/api/service/environment/1A: should be a name of letters, digits and `_`',
      'targets/api/service/environment/B: should be text in one line, without a backslash at its end, is "a\\nb"',
      'targets/api/service/credentials/key: should be an absolute path on the host, is "etc/key"',
    ],
  ],
])('%j is refused', (lines, expected) => {
  expect([...problems(...lines)].sort()).toEqual([...expected].sort());
});
