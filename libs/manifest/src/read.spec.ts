import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isOpsError } from '@polydev/errors';
import { loadEnvironment, readManifest } from './read';

const MANIFEST = `version: 1.0
targets:
  api: { path: '/opt/api' }
environments:
  sandbox:
    values: .sandbox/values.json
    hosts: [{ address: 127.0.0.1, port: '\${ssh_port}', identity_file: keys/id, known_hosts: ~/known }]
  lab:
    values: lab.json
    hosts: [lab]
`;

const workspaces: string[] = [];
afterAll(() => workspaces.forEach((root) => rmSync(root, { recursive: true })));

const workspace = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), 'manifest-'));
  workspaces.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
};

const failure = (load: () => unknown): readonly string[] => {
  try {
    load();
  } catch (error) {
    if (isOpsError(error)) return [error.code, error.message, error.hint];
    throw error;
  }
  throw new Error('nothing was wrong');
};

describe('reading a workspace', () => {
  test('fills in the values of the environment and makes paths of keys absolute', () => {
    const root = workspace({ '.deploy.yaml': MANIFEST, '.sandbox/values.json': '{"ssh_port": 2222}' });
    expect(loadEnvironment({ root, env: { HOME: '/home/me' } }).hosts).toEqual([
      {
        name: '127.0.0.1',
        address: '127.0.0.1',
        port: 2222,
        identityFile: join(root, 'keys/id'),
        knownHostsFile: '/home/me/known',
      },
    ]);
  });

  test('takes the key that signs from DEPLOY_SIGNING_KEY before the manifest, and no signature counts unless it says whose', () => {
    const lab = '  lab: { hosts: [lab], allowed_signers: deploy/signers, signing_key: ~/.ssh/id.pub }\n';
    const root = workspace({ '.deploy.yaml': MANIFEST.replace(/ {2}lab:[^]*/, lab) });
    const load = (env: Record<string, string>) => loadEnvironment({ root, configuration: 'lab', env });
    expect(load({ HOME: '/home/me' })).toMatchObject({
      allowedSigners: join(root, 'deploy/signers'),
      signingKey: '/home/me/.ssh/id.pub',
    });
    expect(load({ HOME: '/home/me', DEPLOY_SIGNING_KEY: ' keys/ci ' }).signingKey).toBe(join(root, 'keys/ci'));
    const plain = loadEnvironment({
      root: workspace({ '.deploy.yaml': MANIFEST, 'lab.json': '{}' }),
      configuration: 'lab',
      env: {},
    });
    expect(Object.keys(plain)).not.toEqual(expect.arrayContaining(['signingKey']));
    expect(Object.keys(plain)).not.toEqual(expect.arrayContaining(['allowedSigners']));
  });

  test('says how the sandbox is started when its values are not there', () => {
    const root = workspace({ '.deploy.yaml': MANIFEST });
    expect(failure(() => loadEnvironment({ root, env: {} }))).toEqual([
      'ENVIRONMENT_INCOMPLETE',
      'The environment sandbox takes its values from .sandbox/values.json, and there is no such file.',
      'Start the sandbox, which writes it: `npm run sandbox:start`.',
    ]);
    expect(failure(() => loadEnvironment({ root, env: {}, configuration: 'lab' }))[2]).toBe(
      'Start what writes lab.json, then run the command again.',
    );
  });

  test.each([
    ['{', 'it is not a JSON object'],
    ['[1]', 'it is not a JSON object'],
    ['{"a": "x", "token": {"hunter2": 1}, "b": true}', 'token, b should be text or a number'],
  ])('does not take %s for values, and shows none of them', (text, reason) => {
    const root = workspace({ '.deploy.yaml': MANIFEST, 'lab.json': text });
    const [code, message] = failure(() => loadEnvironment({ root, env: {}, configuration: 'lab' }));
    expect([code, message]).toEqual([
      'ENVIRONMENT_INCOMPLETE',
      `The environment lab takes its values from lab.json, and that cannot be used: ${reason}.`,
    ]);
  });

  test('says so when there is no manifest', () => {
    expect(failure(() => readManifest(workspace({}), 'deploy/other.yaml'))).toEqual([
      'MANIFEST_MISSING',
      'There is no deploy/other.yaml in this workspace, so it is not known what to deploy where.',
      'Write deploy/other.yaml at the root of the workspace; docs/manifest.md has an example to start from.',
    ]);
  });

  test('names another file in its errors', () => {
    const root = workspace({ 'deploy/other.yaml': 'version: 1.0\n' });
    expect(failure(() => readManifest(root, 'deploy/other.yaml'))[1]).toContain(
      'deploy/other.yaml:1:1  targets: is missing',
    );
  });
});
