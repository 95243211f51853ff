import { interpolate } from './interpolate';
import { parseManifest } from './parse-manifest';
import { problemsOf } from './problem';
import { resolveEnvironment } from './resolve-environment';

const VALUES = { root: '/srv/box', port: 2222, dollar: '${root}' };

describe('variables in an environment', () => {
  test.each([
    ['${root}/opt', '/srv/box/opt'],
    ['${port}', 2222],
    ['http://localhost:${port}/${root}', 'http://localhost:2222//srv/box'],
    ['$${root}', '${root}'],
    ['$$${root}', '$${root}'],
    ['${dollar}', '${root}'],
    ['${root:-x} ${1} $root', '${root:-x} ${1} $root'],
  ])('%s becomes %s', (text, expected) => {
    expect(interpolate(text, VALUES)).toEqual({ data: expected, unknown: [] });
  });

  test('are replaced at any depth, keys left as they are', () => {
    expect(interpolate({ '${port}': [{ a: '${port}' }, true, null] }, VALUES).data).toEqual({
      '${port}': [{ a: 2222 }, true, null],
    });
  });

  const manifest = parseManifest(`version: 1.0
targets:
  api: { path: /opt/api }
environments:
  sandbox:
    values: box.json
    hosts: [{ address: 127.0.0.1, port: '\${prot}' }]
    state_dir: \${root}/state
    targets:
      api: { path: '\${root}/api', keep: '\${keep}', health_check: { url: 'http://localhost:\${port}/', timeout: '\${wait}' } }
`);
  const problems = (values: Readonly<Record<string, string | number>>): readonly string[] => {
    try {
      resolveEnvironment(manifest, { env: {}, values });
      return [];
    } catch (error) {
      return problemsOf(error).map(({ path, line, message }) => `${line} ${path}: ${message}`);
    }
  };

  test('without a value are all told, with the place and the one that was probably meant', () => {
    expect(problems({ port: 1, root: '/srv', wiat: 5 })).toEqual([
      '7 environments/sandbox/hosts/0/port: uses ${prot}, which has no value; did you mean `port`?',
      '10 environments/sandbox/targets/api/keep: uses ${keep}, which has no value',
      '10 environments/sandbox/targets/api/health_check/timeout: uses ${wait}, which has no value; did you mean `wiat`?',
    ]);
  });

  test('whose value does not fit are told at the place where they stand', () => {
    expect(problems({ port: 'x', prot: 0, root: 'srv', keep: 3, wait: 5 })).toEqual([
      '7 environments/sandbox/hosts/0/port: should be a whole number from 1 to 65535, is 0',
      '8 environments/sandbox/state_dir: should be an absolute path on the host, is "srv/state"',
      '10 environments/sandbox/targets/api/path: should be an absolute path on the host, is "srv/api"',
      '10 environments/sandbox/targets/api/health_check/url: should be an http or https address, is "http://localhost:x/"',
    ]);
  });

  test('can lead to contradictions that only their values show', () => {
    expect(problems({ port: 1, prot: 1, root: '/srv', keep: 3, wait: 5 })).toEqual([]);
    const other = parseManifest(manifestText('${a}', '${b}'));
    expect(() => resolveEnvironment(other, { env: {}, values: { a: '/srv/x', b: '/srv/x/y' } })).toThrow(
      'environments/sandbox/targets/web/path: is /srv/x/y, inside the path of api (/srv/x)',
    );
  });
});

const manifestText = (api: string, web: string): string => `version: 1.0
targets:
  api: { path: /opt/api }
  web: { path: /opt/web }
environments:
  sandbox:
    values: box.json
    hosts: [box]
    targets: { api: { path: '${api}' }, web: { path: '${web}' } }
`;
