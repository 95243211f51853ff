import { isOpsError } from '@polydev/errors';
import { SEED } from './fixtures/seed';
import { parseManifest } from './parse-manifest';
import { problemsOf } from './problem';
import { resolveEnvironment } from './resolve-environment';

const HOOK = 'post_deploy: bash /opt/master-controller/scripts/build-golden-snapshot-complete.sh';
const textOf = (target: string, override = '{}') =>
  [
    'version: 1.0',
    'targets:',
    '  agent:',
    '    path: /opt/agent',
    ...target.split('\n').map((line) => `    ${line}`),
    '  api: { path: /opt/api }',
    'environments:',
    `  sandbox: { hosts: [box], targets: { agent: ${override} } }`,
    '  staging: { hosts: [box] }',
  ].join('\n');
const manifest = (target: string, override?: string) => parseManifest(textOf(target, override));
const imageOf = (target: string, override?: string, environment = 'sandbox') =>
  resolveEnvironment(manifest(target, override), { configuration: environment, env: {} }).targets.find(
    ({ name }) => name === 'agent',
  )?.goldenImage;
const problemsIn = (text: string): readonly string[] => {
  try {
    parseManifest(text);
  } catch (error) {
    if (isOpsError(error, 'MANIFEST_INVALID'))
      return problemsOf(error).map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  throw new Error('nothing was wrong');
};
const DEFAULTS = {
  driver: 'auto',
  allowProcess: true,
  network: { mode: 'forward' },
  memoryMiB: 256,
  cpus: 1,
  keep: 3,
  readyTimeoutMs: 10_000,
};

test('the seed’s vm-agent is a golden image, and its other targets are none', () => {
  const seed = parseManifest(SEED);
  expect(seed.goldenImages).toEqual(['vm-agent']);
  const { targets } = resolveEnvironment(seed, { env: { DEPLOY_SERVER: 'root@203.0.113.10' } });
  expect(targets.filter(({ goldenImage }) => goldenImage).map(({ name }) => name)).toEqual(['vm-agent']);
});

test('a hook that builds images makes a golden image of its target, with a value for everything', () => {
  expect(imageOf(HOOK)).toEqual(DEFAULTS);
  expect(imageOf('keep: 5')).toBeUndefined();
  expect(imageOf('golden_image: true')).toEqual(DEFAULTS);
});

test.each(['golden_image: false', 'golden_image: null'])('%s says that it is none, whatever its hook runs', (line) => {
  expect(imageOf(`${HOOK}\n${line}`)).toBeUndefined();
  expect(manifest(`${HOOK}\n${line}`).goldenImages).toEqual([]);
});

test('a block says how it runs', () => {
  const block =
    'golden_image: { driver: qemu, network: { subnet: 10.9.0.0/16 }, memory: 512, cpus: 2, keep: 0, ready_timeout: 1m }';
  expect(imageOf(block)).toEqual({
    driver: 'qemu',
    allowProcess: true,
    network: { mode: 'bridge', bridge: 'golden0', subnet: '10.9.0.0/16' },
    memoryMiB: 512,
    cpus: 2,
    keep: 0,
    readyTimeoutMs: 60_000,
  });
});

test('an agent runs without a VM in the sandbox, elsewhere only where the manifest says so', () => {
  expect(imageOf(HOOK, '{}', 'staging')?.allowProcess).toBe(false);
  expect(imageOf('golden_image: { driver: process }', '{}', 'staging')?.allowProcess).toBe(true);
});

test('an environment replaces it whole, and may be the only one that has it', () => {
  expect(imageOf('golden_image: { memory: 512 }', '{ golden_image: { cpus: 2 } }')).toEqual({ ...DEFAULTS, cpus: 2 });
  const only = manifest('keep: 5', '{ golden_image: true }');
  expect(only.goldenImages).toEqual(['agent']);
  expect(imageOf('keep: 5', '{ golden_image: true }')).toEqual(DEFAULTS);
  expect(imageOf('keep: 5', '{ golden_image: true }', 'staging')).toBeUndefined();
});

test.each([
  ['golden_image: yes please', ['should be true, false or a mapping, is "yes please"']],
  ['golden_image: { drvier: qemu }', ['/drvier: unknown key; did you mean `driver`?']],
  [
    'golden_image: { driver: xen, memory: 64, cpus: 0, ready_timeout: 0 }',
    [
      '/driver: should be auto, qemu, firecracker or process, is "xen"',
      '/memory: should be a whole number from 128 to 65536, is 64',
      '/cpus: should be a whole number from 1 to 64, is 0',
      '/ready_timeout: should be seconds, or text such as 30s or 2m, more than 0 and at most 24h, is 0',
    ],
  ],
  [
    'golden_image: { network: bridge }',
    ['/network: should be forward, or a mapping with `bridge` and `subnet`, is "bridge"'],
  ],
  [
    'golden_image: { network: { bridge: a/b, subnet: 192.168.100.1/24 } }',
    [
      '/network/bridge: should be the name of a bridge: a-z, digits, `_` and `-`, at most 11, a letter first, is "a/b"',
      '/network/subnet: should be a subnet from /16 to /29, such as 192.168.100.0/24, is "192.168.100.1/24"',
    ],
  ],
  [
    'golden_image: { driver: process, network: {} }',
    ['has a bridge for its VMs and `driver: process`, which starts no VM; leave one of them out'],
  ],
])('%s is refused', (line, expected) => {
  const path = 'targets/agent/golden_image';
  expect(problemsIn(textOf(line))).toEqual(expected.map((text) => `${path}${text.startsWith('/') ? '' : ': '}${text}`));
});

test('a second one in an environment is refused: their images would lie in one place', () => {
  const two = ['agent', 'web'].map((name) => `${name}: { path: /opt/${name}, golden_image: true }`).join(', ');
  expect(problemsIn(`version: 1.0\ntargets: { ${two} }`)).toEqual([
    'targets/web/golden_image: makes a second golden image beside that of agent; there is one for each environment',
  ]);
});
