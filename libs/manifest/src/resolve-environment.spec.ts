import { inspect } from 'node:util';
import { isOpsError } from '@polydev/errors';
import { SEED } from './fixtures/seed';
import { parseManifest } from './parse-manifest';
import { problemsOf } from './problem';
import type { ResolveInput } from './resolve-environment';
import { environmentNames, resolveEnvironment } from './resolve-environment';

const resolve = (text: string, input: Partial<ResolveInput> = {}) =>
  resolveEnvironment(parseManifest(text), { env: {}, ...input });

/** Code, message and hint of what is thrown; of MANIFEST_INVALID the problems. */
const failure = (text: string, input: Partial<ResolveInput> = {}): readonly string[] => {
  try {
    resolve(text, input);
  } catch (error) {
    if (isOpsError(error, 'MANIFEST_INVALID'))
      return problemsOf(error).map(({ path, message }) => `${path}: ${message}`);
    if (isOpsError(error)) return [error.code, error.message, error.hint];
    throw error;
  }
  throw new Error('nothing was wrong');
};

const target = (text: string, name: string, input: Partial<ResolveInput> = {}) =>
  resolve(text, input).targets.find((one) => one.name === name);

const SERVER = { DEPLOY_SERVER: '203.0.113.10' };
const SANDBOX = `${SEED}
environments:
  sandbox:
    hosts: [sandbox@127.0.0.1:2222]
  production:
    hosts: [deploy@web-1, deploy@web-2]
`;

describe("the seed's manifest", () => {
  test('says what its text says', () => {
    expect(resolve(SEED, { env: SERVER }).targets).toMatchObject([
      {
        name: 'master-controller',
        path: '/opt/master-controller',
        restart: 'systemctl restart master-controller',
        healthCheck: {
          url: 'http://localhost:4000/api/auth/health',
          status: 200,
          body: { status: 'healthy' },
          timeoutMs: 30_000,
        },
      },
      {
        name: 'vm-agent',
        path: '/opt/polydev-ai/vm-agent',
        postDeploy: 'bash /opt/master-controller/scripts/build-golden-snapshot-complete.sh',
        dependsOn: ['master-controller'],
      },
      { name: 'frontend', path: '/opt/polydev-frontend', buildCommand: 'npm run build', build: 'local' },
    ]);
  });

  test('says openly that frontend is not checked, until its manifest says that this is meant', () => {
    const note =
      'frontend is restarted and has no health_check: that it serves is not checked (`health_check: null` says that this is meant).';
    expect(resolve(SEED, { env: SERVER }).notes).toEqual([note]);
    expect(resolve(`${SEED}    health_check: null\n`, { env: SERVER }).notes).toEqual([]);
  });

  test('knows production alone, with all its rules, once DEPLOY_SERVER is set', () => {
    expect(environmentNames(parseManifest(SEED))).toEqual(['production']);
    expect(resolve(SEED, { env: SERVER })).toMatchObject({
      name: 'production',
      protected: true,
      branch: 'main',
      stateDir: '/opt/polydev-ai',
      hosts: [{ name: '203.0.113.10', address: '203.0.113.10' }],
    });
  });

  test('without DEPLOY_SERVER reaches nothing', () => {
    expect(failure(SEED)).toEqual([
      'ENVIRONMENT_UNKNOWN',
      'DEPLOY_SERVER is not set, so the environment would be sandbox, and .deploy.yaml has none of that name; it has none at all.',
      'Add `environments/sandbox` to .deploy.yaml, or set DEPLOY_SERVER to deploy to production.',
    ]);
    expect(failure(SEED, { configuration: 'production' })).toEqual([
      'ENVIRONMENT_INCOMPLETE',
      'The environment production has no hosts: the manifest lists none and DEPLOY_SERVER is not set.',
      'Set DEPLOY_SERVER=<user@address>, or list them at environments/production/hosts.',
    ]);
  });
});

describe('which environment', () => {
  const REPLACED = 'DEPLOY_SERVER replaces the hosts that the manifest lists for production.';
  const IGNORED =
    "DEPLOY_SERVER and DEPLOY_PASSWORD are ignored: this is sandbox, and production's are not used for it.";
  const PASSWORD = { ...SERVER, DEPLOY_PASSWORD: 'hunter2' };

  test.each([
    { when: 'nothing is asked for', input: {}, name: 'sandbox', notes: [] },
    { when: 'DEPLOY_SERVER is empty', input: { env: { DEPLOY_SERVER: ' ' } }, name: 'sandbox', notes: [] },
    { when: 'DEPLOY_SERVER is set', input: { env: SERVER }, name: 'production', notes: [REPLACED] },
    { when: 'production is asked for', input: { configuration: 'production' }, name: 'production', notes: [] },
    { when: 'both differ', input: { configuration: 'sandbox', env: PASSWORD }, name: 'sandbox', notes: [IGNORED] },
  ])('when $when it is $name', ({ input, name, notes }) => {
    const quiet = SANDBOX.replace('build_command', 'health_check: null\n    build_command');
    const environment = resolve(quiet, input);
    expect([environment.name, environment.notes]).toEqual([name, notes]);
  });

  test('a slip in its name is answered with the right one', () => {
    expect(failure(SANDBOX, { configuration: 'prodution' })).toEqual([
      'ENVIRONMENT_UNKNOWN',
      '.deploy.yaml has no environment prodution; it has sandbox, production.',
      'Did you mean `-c production`?',
    ]);
    expect(failure(SANDBOX, { configuration: 'staging' })[2]).toBe(
      'Add `environments/staging` to .deploy.yaml, choose one with `-c <environment>`, or set DEPLOY_SERVER to deploy to production.',
    );
  });
});

describe('hosts', () => {
  const hosts = (env: Readonly<Record<string, string>>) => resolve(SEED, { env }).hosts;

  test('are read from DEPLOY_SERVER, with DEPLOY_USER where they name no user', () => {
    expect(hosts({ DEPLOY_SERVER: 'web-1, deploy@web-2:2222 ,[2001:db8::1]:22', DEPLOY_USER: 'root' })).toEqual([
      { name: 'web-1', address: 'web-1', user: 'root' },
      { name: 'web-2', address: 'web-2', user: 'deploy', port: 2222 },
      { name: '2001:db8::1', address: '2001:db8::1', user: 'root', port: 22 },
    ]);
  });

  test('of one address are told apart by their ports', () => {
    expect(hosts({ DEPLOY_SERVER: '127.0.0.1:2201,127.0.0.1:2202' }).map(({ name }) => name)).toEqual([
      '127.0.0.1:2201',
      '127.0.0.1:2202',
    ]);
  });

  test('carry the password where it can be used and nowhere else', () => {
    const environment = resolve(SEED, { env: { ...SERVER, DEPLOY_PASSWORD: 'hunter2' } });
    expect(environment.hosts[0]?.password?.reveal()).toBe('hunter2');
    expect(environment.notes[0]).toBe(
      'DEPLOY_PASSWORD is set; a key is safer: put one on the hosts with `ssh-copy-id` and leave the password out.',
    );
    const shown = [
      JSON.stringify(environment),
      inspect(environment, { depth: 9 }),
      String(environment.hosts[0]?.password),
    ];
    for (const text of [...shown, inspect(environment, { depth: 9, showHidden: true, customInspect: false })])
      expect(text).not.toContain('hunter2');
    expect(shown.every((text) => text.includes('[redacted]'))).toBe(true);
  });

  test('of production are never sent to another environment', () => {
    const env = { ...SERVER, DEPLOY_USER: 'root', DEPLOY_PASSWORD: 'hunter2' };
    expect(resolve(SANDBOX, { configuration: 'sandbox', env }).hosts).toEqual([
      { name: '127.0.0.1', address: '127.0.0.1', user: 'sandbox', port: 2222 },
    ]);
  });
});

describe('variables of the seed', () => {
  test('win over the manifest for every target', () => {
    const env = {
      ...SERVER,
      DEPLOY_STRATEGY: 'rolling',
      GOLDEN_IMAGE_REBUILD: 'manual',
      HEALTH_CHECK_TIMEOUT: '45',
      ROLLBACK_ON_FAILURE: 'false',
    };
    expect(target(SEED, 'master-controller', { env })).toMatchObject({
      strategy: 'rolling',
      goldenImageRebuild: 'manual',
      healthCheck: { timeoutMs: 45_000 },
      rollbackOnFailure: false,
    });
  });

  test.each([
    ['HEALTH_CHECK_TIMEOUT', '2m', { healthCheck: { timeoutMs: 120_000 } }],
    ['ROLLBACK_ON_FAILURE', 'true', { rollbackOnFailure: 'deployment' }],
    ['ROLLBACK_ON_FAILURE', 'target', { rollbackOnFailure: 'target' }],
    ['ROLLBACK_ON_FAILURE', '', { rollbackOnFailure: 'deployment' }],
  ])('%s may be %p', (name, value, expected) => {
    expect(target(SEED, 'master-controller', { env: { ...SERVER, [name]: value } })).toMatchObject(expected);
  });

  test('are all told when they are wrong, with the manifest’s own problems', () => {
    const env = {
      DEPLOY_SERVER: 'web-1,root:hunter2@web-2,-x',
      DEPLOY_STRATEGY: 'blue-gren',
      GOLDEN_IMAGE_REBUILD: 'yes',
      HEALTH_CHECK_TIMEOUT: 'soon',
      ROLLBACK_ON_FAILURE: 'ture',
    };
    expect(failure(SEED, { env }).toSorted()).toEqual([
      'DEPLOY_SERVER: entry 2 should be `user@address:port` without a password; DEPLOY_PASSWORD is for that',
      'DEPLOY_SERVER: entry 3 should not begin with a dash',
      'DEPLOY_STRATEGY: should be rolling or blue-green, is "blue-gren"; did you mean `blue-green`?',
      'GOLDEN_IMAGE_REBUILD: should be auto or manual, is "yes"',
      'HEALTH_CHECK_TIMEOUT: should be seconds, or text such as 30s or 2m, more than 0 and at most 24h, is "soon"',
      'ROLLBACK_ON_FAILURE: should be true, false, deployment, target or host, is "ture"; did you mean `true`?',
    ]);
  });

  test('DEPLOY_STRATEGY is for the targets that name no strategy and have what it takes', () => {
    const text = `${SEED}    service: { command: node server.js, port: 3000 }
    traffic: { port: 80 }
    health_check: http://localhost/health
`.replace('    restart: systemctl restart polydev-frontend\n', '');
    const strategies = (manifest: string, strategy: string) =>
      resolve(manifest, { env: { ...SERVER, DEPLOY_STRATEGY: strategy } }).targets.map((one) => one.strategy);
    expect(strategies(text, 'blue-green')).toEqual(['rolling', 'rolling', 'blue-green']);
    expect(strategies(`${text}    strategy: rolling\n`, 'blue-green')).toEqual(['rolling', 'rolling', 'rolling']);
    expect(strategies(`${text}    strategy: blue-green\n`, 'rolling')).toEqual(['rolling', 'rolling', 'blue-green']);
  });

  test('blue-green without what it takes is refused where it was written', () => {
    const missing = (path: string) => [
      `${path}: is blue-green, which needs a \`service\` that can be started twice`,
      `${path}: is blue-green, which needs \`traffic\` with the port that moves`,
    ];
    expect(failure(`${SEED}    strategy: blue-green\n`, { env: SERVER })).toEqual(missing('targets/frontend/strategy'));
    expect(failure(`${SEED}defaults: { strategy: blue-green }\n`, { env: SERVER })).toContain(
      missing('defaults/strategy')[0],
    );
  });
});
