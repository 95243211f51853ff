import { parseManifest } from './parse-manifest';
import { problemsOf } from './problem';
import { resolveEnvironment } from './resolve-environment';

const manifest = (lines: string): string => `version: 1.0
targets:
  api: { path: /opt/api }
environments:
  production:
    hosts: [server.example.com, { address: other.example.com, known_hosts: own }]
${lines
  .split('\n')
  .map((line) => `    ${line}\n`)
  .join('')}`;
const production = (lines: string, env = {}) =>
  resolveEnvironment(parseManifest(manifest(lines)), { configuration: 'production', env });
const problems = (lines: string): readonly string[] => {
  try {
    parseManifest(manifest(lines));
    return [];
  } catch (error) {
    return problemsOf(error).map(({ path, message }) => `${path}: ${message}`);
  }
};

test('says who may deploy, for how long an approval holds, and which keys are believed', () => {
  const environment = production(`approval: required
approval_valid_for: 2h
allowed_signers: deploy/allowed_signers
signing_key: ~/.ssh/id.pub
repository: https://git.example.com/shop.git
roles: { maintainers: [lead@example.com] }
known_hosts: deploy/hosts`);
  expect(environment).toMatchObject({
    approval: { validForMs: 7_200_000 },
    allowedSigners: 'deploy/allowed_signers',
    signingKey: '~/.ssh/id.pub',
    repository: 'https://git.example.com/shop.git',
    roles: { maintainers: ['lead@example.com'], deployers: [] },
  });
  expect(environment.hosts.map(({ knownHostsFile }) => knownHostsFile)).toEqual(['deploy/hosts', 'own']);
});

test('says nothing of it where the manifest does not', () => {
  expect(Object.keys(production('protected: true'))).toEqual(
    expect.not.arrayContaining(['approval', 'roles', 'repository', 'allowedSigners', 'signingKey']),
  );
  expect(production('approval: none').approval).toBeUndefined();
});

test('an approval holds for a working day where nothing is said, and a variable names the key', () => {
  const environment = production('approval: required\nallowed_signers: x\nsigning_key: y', { DEPLOY_SIGNING_KEY: 'z' });
  expect(environment).toMatchObject({ approval: { validForMs: 8 * 3_600_000 }, signingKey: 'z' });
});

test.each([
  ['approval: required', 'environments/production/approval: needs `allowed_signers`'],
  ['roles: { maintainers: [lead] }', 'environments/production/roles: needs `allowed_signers`'],
  ['approval_valid_for: 2h', 'environments/production/approval_valid_for: says how long approvals hold'],
  ['approval: always', 'environments/production/approval: should be required or none'],
  ['approval_valid_for: 25h', 'environments/production/approval_valid_for: should be seconds'],
  ["roles: { maintainers: ['*'] }", 'environments/production/roles/maintainers/0: should be a name'],
  ['roles: { deployers: [] }', 'environments/production/roles/deployers: should name somebody'],
  ["repository: '--upload-pack=touch x'", 'environments/production/repository: should be the address'],
  ["repository: 'ext::sh -c x'", 'environments/production/repository: should be the address'],
])('%s is refused', (lines, problem) => {
  expect(problems(lines)).toContainEqual(expect.stringContaining(problem));
});

test('a password in the address of the repository is refused, and not repeated', () => {
  const [problem = ''] = problems('repository: https://me:canary@git.example.com/shop.git');
  expect(problem).toContain('should carry no password');
  expect(problem).not.toContain('canary');
});
