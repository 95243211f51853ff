import { isOpsError } from '@polydev/errors';
import { parseManifest } from './parse-manifest';
import { problemsOf } from './problem';

/** The lines of the error, each as `line:column path: message`. */
const problems = (text: string): readonly string[] => {
  try {
    parseManifest(text);
    return [];
  } catch (error) {
    return problemsOf(error).map(({ path, line, column, message }) => `${line}:${column} ${path}: ${message}`);
  }
};

/** A manifest that is right, with some lines of a target or of the top level added. */
const withTarget = (...lines: readonly string[]): string =>
  ['version: 1.0', 'targets:', '  api:', '    path: /opt/api', ...lines.map((line) => `    ${line}`)].join('\n');
const withTop = (...lines: readonly string[]): string => [withTarget(), ...lines].join('\n');

// A table, read by the row.
// prettier-ignore
const CASES: readonly (readonly [situation: string, text: string, ...expected: string[]])[] = [
  ['an empty file', '', '1:1 : should be a mapping with `version` and `targets`, is empty'],
  ['a list', '- a', '1:1 : should be a mapping with `version` and `targets`, is a list'],
  ['a tab', 'targets:\n\tapi: 1', '2:1 : not valid YAML: Tabs are not allowed as indentation'],
  ['two mappings on a line', 'a: b: c', '1:4 : not valid YAML: Nested mappings are not allowed in compact mappings'],
  ['an alias without its anchor', 'a: *b', '1:4 : not valid YAML: no anchor &b stands before this alias'],
  ['an alias inside itself', 'a: &b [*b]', '1:1 : its aliases (*name) do not end, or make it too large to read'],
  ['an unknown tag', withTarget('restart: !vault x'), '5:14 : not valid YAML: Unresolved tag: !vault'],
  ['a second document', `${withTarget()}\n---\na: 1`, '5:1 : a manifest is one YAML document, and a second one begins here'],
  ['a key that stands twice', withTarget('keep: 1', 'keep: 2'), '6:5 : this key stands here for the second time; only one of them can count'],
  ['no version', 'targets:\n  api:\n    path: /opt/api', '1:1 version: is missing; it should be the number 1.0, the only version there is'],
  ['a later version', withTarget().replace('1.0', '2.0'), '1:10 version: should be the number 1.0, the only version there is, is 2'],
  ['a version as text', withTarget().replace('1.0', '"1.0"'), '1:10 version: should be the number 1.0, the only version there is, is "1.0"'],
  ['no targets', 'version: 1.0', '1:1 targets: is missing; it should be a mapping'],
  ['an empty list of targets', 'version: 1.0\ntargets: {}', '2:10 targets: should have at least one target, is an empty mapping'],
  ['a name that is no folder', 'version: 1\ntargets:\n  "a/b": { path: /opt/a }', '3:3 targets/a/b: should be a name of letters, digits, `.`, `_` and `-`: it is a folder on the host'],
  ['a target that is text', 'version: 1\ntargets:\n  api: /opt/api', '3:8 targets/api: should be a mapping, is "/opt/api"'],
  ['a target with nothing in it', 'version: 1\ntargets:\n  api:', '3:3 targets/api: has no value; write one, or leave the key out'],
  ['a target without a path', 'version: 1\ntargets:\n  api: { keep: 1 }', '3:3 targets/api/path: is missing; it should be an absolute path on the host'],
  ['a slip in a key', withTarget('restrat: x'), '5:5 targets/api/restrat: unknown key; did you mean `restart`?'],
  ['a key in another spelling', withTarget('healthCheck: http://localhost/'), '5:5 targets/api/healthCheck: unknown key; did you mean `health_check`?'],
  ['a key of nothing near', withTop('colour: red'), '5:1 colour: unknown key; known here are version, state_dir, defaults, targets, environments'],
  ['a key with nothing behind it', withTarget('restart:'), '5:5 targets/api/restart: has no value; write one, or leave the key out'],
  ['a number as a command', withTarget('restart: 5'), '5:14 targets/api/restart: should be a command, is 5'],
  ['a list as a command', withTarget('restart: [a, b]'), '5:14 targets/api/restart: should be a command, is a list'],
  ['an empty command', withTarget('restart: ""'), '5:14 targets/api/restart: should be a command, is ""'],
  ['a slip in a choice', withTarget('strategy: roling'), '5:15 targets/api/strategy: should be rolling or blue-green, is "roling"; did you mean `rolling`?'],
  ['a slip in install', withTarget('install: Auto'), '5:14 targets/api/install: should be auto, none or a command, is "Auto"; did you mean `auto`?'],
  ['a word for false', withTarget('rollback_on_failure: off'), '5:26 targets/api/rollback_on_failure: should be deployment, target, host, true or false, is "off"'],
  ['no releases kept', withTarget('keep: 0'), '5:11 targets/api/keep: should be a whole number from 1 to 1000, is 0'],
  ['half a release', withTarget('keep: 1.5'), '5:11 targets/api/keep: should be a whole number from 1 to 1000, is 1.5'],
  ['a duration that is none', withTarget('command_timeout: 5 days'), '5:22 targets/api/command_timeout: should be seconds, or text such as 30s or 2m, more than 0 and at most 24h, is "5 days"'],
  ['a duration of nothing', withTarget('command_timeout: 0'), '5:22 targets/api/command_timeout: should be seconds, or text such as 30s or 2m, more than 0 and at most 24h, is 0'],
  ['a duration without end', withTarget('command_timeout: 25h'), '5:22 targets/api/command_timeout: should be seconds, or text such as 30s or 2m, more than 0 and at most 24h, is "25h"'],
  ['a URL of a file', withTarget('health_check: file:///etc/passwd'), '5:19 targets/api/health_check: should be an http or https address, is "file:///etc/passwd"'],
  ['a password in a URL', withTarget('url: https://me:hunter2@example.com'), '5:10 targets/api/url: should carry neither user nor password: it is shown and recorded'],
  ['a list as a health check', withTarget('health_check: [a]'), '5:19 targets/api/health_check: should be an http or https address, or a mapping with `url`, is a list'],
  ['a slip in a health check', withTarget('health_check:', '  url: http://localhost/', '  timout: 5'), '7:7 targets/api/health_check/timout: unknown key; did you mean `timeout`?'],
  ['a health check of no address', withTarget('health_check: { timeout: 5 }'), '5:5 targets/api/health_check: has no url'],
  ['a relative path', 'version: 1\ntargets:\n  api: { path: opt/api }', '3:16 targets/api/path: should be an absolute path on the host, is "opt/api"'],
  ['a path with ..', 'version: 1\ntargets:\n  api: { path: /opt/../etc }', '3:16 targets/api/path: should be written without `.`, `..` and double slashes, is "/opt/../etc"'],
  ['a directory of the system', 'version: 1\ntargets:\n  api: { path: /opt/ }', '3:16 targets/api/path: should be a directory of its own, not one of the system, is "/opt/"'],
  ['two targets at one path', withTarget().concat('\n  web: { path: /opt/api/ }'), '5:16 targets/web/path: is /opt/api, which is also the path of api'],
  ['a target inside another', withTarget().concat('\n  web: { path: /opt/api/web }'), '5:16 targets/web/path: is /opt/api/web, inside the path of api (/opt/api)'],
  ['a target around another', withTarget().replace('/opt/api', '/opt/api/web').concat('\n  web: { path: /opt/api }'), '5:16 targets/web/path: is /opt/api, around the path of api (/opt/api/web)'],
  ['a target around the state', withTarget().concat('\nstate_dir: /opt/api/state'), '4:11 targets/api/path: holds the state directory /opt/api/state, which must outlive every release'],
  ['a target in the state', 'version: 1\ntargets:\n  api: { path: /opt/polydev-ai/targets/api }', '3:16 targets/api/path: lies in /opt/polydev-ai/targets, which belongs to the state of deployments'],
  ['a dependency that is not there', withTarget('depends_on: [database]').concat('\n  databse: { path: /opt/db }'), '5:18 targets/api/depends_on/0: names database, and there is no such target; did you mean `databse`?'],
  ['a target that depends on itself', withTarget('depends_on: [api]'), '5:17 targets/api/depends_on: goes round in a circle: api → api'],
  ['a circle', withTarget('depends_on: [web]').concat('\n  web: { path: /opt/web, depends_on: [db] }\n  db: { path: /opt/db, depends_on: [api] }',), '5:17 targets/api/depends_on: goes round in a circle: api → web → db → api'],
  ['an absolute shared path', withTarget('shared: [/var/uploads]'), '5:14 targets/api/shared/0: should be a path inside the release, without `.` and `..`, is "/var/uploads"'],
  ['a shared path that leads out', withTarget('shared: [../.env]'), '5:14 targets/api/shared/0: should be a path inside the release, without `.` and `..`, is "../.env"'],
  ['a shared path twice', withTarget('shared: [data, data/]'), '5:20 targets/api/shared/1: stands in the list twice'],
  ['a shared path inside another', withTarget('shared: [data/, data/x]'), '5:21 targets/api/shared/1: lies inside data, which is shared already'],
  ['shared and dropped at once', withTarget('shared: [tmp/keep]', 'drop: [tmp/**]'), '6:12 targets/api/drop/0: is dropped here, and tmp/keep is shared; only one can be'],
  ['a server build of nothing', withTarget('build: server'), '5:12 targets/api/build: is server, and there is no build_command to run there'],
  ['a health check for all that has a URL', withTop('defaults: { health_check: { url: http://localhost } }'), '5:29 defaults/health_check/url: unknown key; known here are status, timeout, interval, successes'],
  ['an environment without hosts', withTop('environments:', '  staging: { branch: main }'), '6:3 environments/staging/hosts: is missing; it should list the hosts'],
  ['an empty list of hosts', withTop('environments:', '  staging: { hosts: [] }'), '6:21 environments/staging/hosts: should list at least one host, is an empty list'],
  ['a host twice', withTop('environments:', '  staging: { hosts: [a, "root@A:22"] }'), '6:25 environments/staging/hosts/1: lists a:22 for the second time'],
  ['a name for two hosts', withTop('environments:', '  staging: { hosts: [{ name: x, address: a }, { name: x, address: b }] }'), '6:47 environments/staging/hosts/1: has the name x, which another host has'],
  ['a password in a host', withTop('environments:', '  staging: { hosts: ["root:hunter2@a"] }'), '6:22 environments/staging/hosts/0: should be `user@address:port` without a password; DEPLOY_PASSWORD is for that'],
  ['an IPv6 address without brackets', withTop('environments:', '  staging: { hosts: ["fe80::1"] }'), '6:22 environments/staging/hosts/0: should have its IPv6 address in brackets: `user@[::1]:22`'],
  ['a host that is an option', withTop('environments:', '  staging: { hosts: ["-oProxyCommand=x"] }'), '6:22 environments/staging/hosts/0: should not begin with a dash'],
  ['an address that is an option', withTop('environments:', '  staging: { hosts: [{ address: -x }] }'), '6:33 environments/staging/hosts/0/address: should be a host name, an address, or a name of ~/.ssh/config, is "-x"'],
  ['a port that is none', withTop('environments:', '  staging: { hosts: ["a:70000"] }'), '6:22 environments/staging/hosts/0: should have a port from 1 to 65535'],
  ['a slip in a host', withTop('environments:', '  staging: { hosts: [{ address: a, prot: 1 }] }'), '6:36 environments/staging/hosts/0/prot: unknown key; did you mean `port`?'],
  ['an override of no target', withTop('environments:', '  staging: { hosts: [a], targets: { apis: { keep: 1 } } }'), '6:37 environments/staging/targets/apis: is no target of this manifest; did you mean `api`?'],
  ['a contradiction of an override', withTop('environments:', '  staging: { hosts: [a], targets: { api: { build: server } } }'), '6:51 environments/staging/targets/api/build: is server, and there is no build_command to run there'],
  ['a variable without a values file', withTop('environments:', '  staging: { hosts: [a], state_dir: "${root}/x" }'), '6:37 environments/staging/state_dir: uses ${root}, and the environment has no `values` file; write $${root} where it is meant as it stands'],
  ['a name that is no configuration', withTop('environments:', '  "my staging": { hosts: [a] }'), '6:3 environments/my staging: should be a name of letters, digits, `_` and `-`'],
  ['a secret that is no name, and may be its value', withTarget('secrets: ["TOKEN=hunter2"]'), '5:15 targets/api/secrets/0: should be the name of an environment variable (letters, digits and `_`)'],
  ['a secret twice', withTarget('secrets: [TOKEN, KEY, TOKEN]'), '5:27 targets/api/secrets/2: TOKEN stands in the list twice'],
  ['a secret that everybody may read', withTarget('secrets: [TOKEN]', 'service: { command: node main.js, environment: { TOKEN: x } }'), '5:15 targets/api/secrets/0: TOKEN stands in `service.environment` too, which everybody on the host may read; leave it out there'],
  ['a secret that the unit sets itself', withTarget('secrets: [PORT]', 'service: { command: node main.js }'), '5:15 targets/api/secrets/0: PORT is set by the service’s unit itself; use another name'],
  ['control characters', withTarget('"a\\u001b[2J": 1'), '5:5 targets/api/a\\u001b[2J: unknown key; known here are path, migrations, artifact, service, traffic, golden_image, url, depends_on, health_check, secrets, driver, url_variable, through, shadow, supabase, build, build_command, install, restart, pre_deploy, post_deploy, shared, drop, keep, strategy, max_parallel, pause, rollback_on_failure, sync, golden_image_rebuild, command_timeout'],
];

describe('what is wrong with a manifest', () => {
  test.each(CASES)('%s', (_situation, text, ...expected) => {
    expect(problems(text)).toEqual(expected);
  });

  test('everything is reported at once, in the order of the file, contradictions too', () => {
    const text = [
      'version: 2',
      'targets:',
      '  api: { path: /opt/api, keep: many, restrat: x }',
      '  web:',
      '    path: /opt/api/web',
      '    depends_on: [apj]',
    ];
    expect(problems(text.join('\n'))).toEqual([
      '1:10 version: should be the number 1.0, the only version there is, is 2',
      '3:32 targets/api/keep: should be a whole number from 1 to 1000, is "many"',
      '3:38 targets/api/restrat: unknown key; did you mean `restart`?',
      '5:11 targets/web/path: is /opt/api/web, inside the path of api (/opt/api)',
      '6:18 targets/web/depends_on/0: names apj, and there is no such target; did you mean `api`?',
    ]);
  });

  test('a problem that shows before and in an environment is told once', () => {
    const text = withTarget('build: server').concat(
      '\nenvironments: { staging: { hosts: [a] }, test: { hosts: [b] } }',
    );
    expect(problems(text)).toHaveLength(1);
  });

  test('the error is one that a person can act on', () => {
    let thrown: unknown;
    try {
      parseManifest(withTarget('restrat: x', 'keep: 0'), 'deploy/prod.yaml');
    } catch (error) {
      thrown = error;
    }
    expect(isOpsError(thrown, 'MANIFEST_INVALID') && thrown.message).toBe(
      'The configuration has 2 problems:\n' +
        '  deploy/prod.yaml:5:5  targets/api/restrat: unknown key; did you mean `restart`?\n' +
        '  deploy/prod.yaml:6:11  targets/api/keep: should be a whole number from 1 to 1000, is 0',
    );
  });
});

describe('what is right', () => {
  test('an anchor and a merge key are read as what they stand for, and located there', () => {
    const common = 'version: 1.0\ntargets:\n  api: &common\n    path: /opt/api\n    keep: 7\n    install: none\n';
    const { targets } = parseManifest(`${common}  web:\n    <<: *common\n    path: /opt/web\n`);
    expect(targets.map(({ name, path, keep }) => ({ name, path, keep }))).toEqual([
      { name: 'api', path: '/opt/api', keep: 7 },
      { name: 'web', path: '/opt/web', keep: 7 },
    ]);
    expect(problems(`${common.replace('none', '5')}  web:\n    <<: *common\n    path: /opt/web\n`)).toEqual([
      '6:14 targets/api/install: should be auto, none or a command, is 5',
      '6:14 targets/web/install: should be auto, none or a command, is 5',
    ]);
  });

  test('numbers and choices of an environment may be variables until its values are there', () => {
    const text = withTop(
      'environments:',
      '  lab:',
      '    values: v.json',
      '    protected: ${p}',
      '    hosts: [{ address: "${a}", port: "${port}" }]',
    );
    expect(problems(text)).toEqual([]);
  });

  test('words of shell variables are left alone outside of environments', () => {
    const { targets } = parseManifest(withTarget('restart: echo ${HOME} $${X}'));
    expect(targets[0]?.restart).toBe('echo ${HOME} $${X}');
  });
});
