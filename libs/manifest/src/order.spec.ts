import { SEED } from './fixtures/seed';
import { mentions } from './order';
import { parseManifest } from './parse-manifest';
import { resolveEnvironment } from './resolve-environment';

describe('a command uses a path', () => {
  test.each([
    ['bash /opt/api/scripts/x.sh', true],
    ['cd "/opt/api" && make', true],
    ['rsync --link-dest=/opt/api .', true],
    ['bash /opt/api-old/x.sh', false],
    ['bash /opt/api.bak', false],
    ['bash /srv/opt/api/x.sh', false],
    ['bash $HOME/opt/api/x.sh', false],
    ['echo api', false],
  ])('%s: %s', (command, expected) => {
    expect(mentions(command, '/opt/api')).toBe(expected);
  });
});

describe('the order of targets', () => {
  const environments = `environments:
  sandbox:
    values: box.json
    hosts: [box]
    targets:
      master-controller: { path: '\${root}/opt/master-controller' }
      vm-agent: { post_deploy: 'bash \${root}/opt/master-controller/x.sh' }
  bare:
    hosts: [bare]
    targets:
      master-controller: { path: /srv/mc }
`;
  const orders = (text: string, configuration: string) => {
    const environment = resolveEnvironment(parseManifest(text), { configuration, env: {}, values: { root: '/box' } });
    return { order: environment.targets.map(({ name, dependsOn }) => [name, dependsOn]), notes: environment.notes };
  };
  const VM_AGENT_LAST = [
    ['master-controller', []],
    ['vm-agent', ['master-controller']],
    ['frontend', []],
  ];

  test('is found in a hook, before any environment, for the task graph', () => {
    const { targets } = parseManifest(`${SEED}${environments}`);
    expect(targets.map(({ name, dependsOn }) => [name, dependsOn])).toEqual(VM_AGENT_LAST);
  });

  test('is found by the path of the environment, and by the one that it overrides', () => {
    expect(orders(`${SEED}${environments}`, 'sandbox').order).toEqual(VM_AGENT_LAST);
    expect(orders(`${SEED}${environments}`, 'bare').order).toEqual(VM_AGENT_LAST);
  });

  const pair = (api: string, web: string, override = '{}'): string => `version: 1.0
targets:
  api: { path: /opt/api, ${api} }
  web: { path: /opt/web, ${web} }
environments:
  box: { values: box.json, hosts: [box], targets: { web: ${override} } }
`;

  test('that was declared comes first', () => {
    expect(orders(pair('keep: 1', 'depends_on: [api]'), 'box').order).toEqual([
      ['api', []],
      ['web', ['api']],
    ]);
  });

  test('that would close a circle is left out, and said', () => {
    const { order, notes } = orders(pair('post_deploy: ls /opt/web', 'depends_on: [api]'), 'box');
    expect(order).toEqual([
      ['api', []],
      ['web', ['api']],
    ]);
    expect(notes).toEqual(['api uses the path of web in its post_deploy, but comes before it: web depends on api.']);
  });

  test('of two hooks that use each other, the first one wins', () => {
    const text = pair('post_deploy: ls /opt/web', 'pre_deploy: ls /opt/api');
    expect(orders(text, 'box').order).toEqual([
      ['api', ['web']],
      ['web', []],
    ]);
    expect(parseManifest(text).targets.map(({ dependsOn }) => dependsOn)).toEqual([['web'], []]);
  });

  test('that only values show holds in the deployment, and Nx is said to know nothing of it', () => {
    const { order, notes } = orders(
      pair('keep: 1', 'keep: 1', "{ pre_deploy: 'ls ${root}' }").replaceAll('/opt/api', '/box'),
      'box',
    );
    expect(order).toEqual([
      ['api', []],
      ['web', ['api']],
    ]);
    expect(notes).toEqual([
      "web uses the path of api in its pre_deploy, which shows only with this environment's values; Nx orders them by it once web has `depends_on: [api]`.",
    ]);
  });
});
