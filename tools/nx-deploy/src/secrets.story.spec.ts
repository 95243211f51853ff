import { sshdMissing, startSshd, type TestSshd } from '@polydev/host/testing';
import { type Canary, leaksInDirectories, leaksInTexts, plantCanary, watchProcesses } from '@polydev/secrets/testing';
import { execa } from 'execa';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeWorkspace, ownEnvironment, project, type Workspace } from '../testing/workspace';

const missing = sshdMissing();
const describeSsh = missing === undefined || process.env['CI'] ? describe : describe.skip;
if (missing !== undefined) console.warn(missing);

// Nx starts a process for every task, and the machine may have other things to do.
jest.setTimeout(240_000);

const DOOR = resolve(__dirname, '../bin/secrets.cjs');
const DEPLOY = ['affected', '-t', 'deploy', '--output-style=static'];

/** A service that tells whoever asks what it was given. */
const SERVICE = `
const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');
const info = JSON.parse(readFileSync('.release.json', 'utf8'));
const { TOKEN, AGE_IDENTITY_FILE } = process.env;
createServer((_, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ status: 'ok', TOKEN, AGE_IDENTITY_FILE, ...info }));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

/** What supervises it: a server's own way to start a service, which reads the values itself. */
const RESTART = `
if [ -f "$1/pid" ]; then kill "$(cat "$1/pid")"; while [ -e "/proc/$(cat "$1/pid")/exe" ]; do sleep 0.02; done; fi
cd -P "$1/opt/api" || exit 1
set -a
[ ! -f "$1/state/targets/api/secrets/live.env" ] || . "$1/state/targets/api/secrets/live.env"
PORT=$2 setsid node main.js >"$1/service.log" 2>&1 </dev/null &
echo $! >"$1/pid"
`;

let sshd: TestSshd;
let workspace: Workspace;
let home: string;
let port: number;
const canary = plantCanary();
const first = plantCanary();

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });

const manifest = (more = ''): string => `version: 1.0
state_dir: ${sshd.directory}/state
targets:
  api:
    path: ${sshd.directory}/opt/api
    secrets: [TOKEN]
    restart: sh ${sshd.directory}/restart.sh ${sshd.directory} ${port}
    health_check: http://localhost:${port}/health
${more}
  web: { path: ${sshd.directory}/opt/web }
environments:
  sandbox:
    hosts:
      - { name: box, address: 127.0.0.1, port: ${sshd.port}, user: ${sshd.user}, identity_file: ${sshd.clientKey.path}, known_hosts: ${sshd.knownHostsFile} }
`;

beforeAll(async () => {
  if (missing !== undefined) return;
  sshd = await startSshd();
  home = mkdtempSync(join(tmpdir(), 'polydev-home-'));
  port = await freePort();
  writeFileSync(join(sshd.directory, 'restart.sh'), RESTART);
  workspace = makeWorkspace({
    ...project('api', {
      targets: {
        build: {
          command: 'mkdir -p dist && cp main.js source.txt dist/ && env > ../../build-environment.txt',
          options: { cwd: '{projectRoot}' },
          cache: true,
          outputs: ['{projectRoot}/dist'],
        },
        test: { command: 'true' },
      },
    }),
    ...project('web'),
    'apps/api/main.js': SERVICE,
    '.gitignore': 'node_modules\n.nx\ndist\nbuild-environment.txt\n',
    '.deploy.yaml': manifest(),
  });
});
afterAll(async () => {
  if (missing !== undefined) return;
  const pid = Number(readFileSync(join(sshd.directory, 'pid'), 'utf8'));
  process.kill(pid);
  workspace.remove();
  rmSync(home, { recursive: true });
  await sshd.stop();
});

/** A person's variables: a home of their own, and everything temporary where it can be looked through. */
const person = (more: Readonly<Record<string, string>> = {}) => ({ HOME: home, TMPDIR: home, ...more });
const nx = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => workspace.nx(args, person(env));
const secrets = (args: readonly string[], input = '') =>
  execa(process.execPath, [DOOR, ...args], {
    cwd: workspace.root,
    input,
    all: true,
    reject: false,
    extendEnv: false,
    env: { ...ownEnvironment(), NX_DAEMON: 'false', ...person() },
  });
const answer = async (): Promise<Record<string, unknown>> =>
  (await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as Record<string, unknown>;
const preflight = () => nx(['run', 'workspace-under-test:preflight']);
const codesIn = (all: string): readonly string[] =>
  [...all.matchAll(/\[((?:SECRETS?|IDENTITY)_[A-Z_]+)\]/g)].map(([, code = '']) => code);

const identityFile = () => join(home, '.config/polydev/age-identity.txt');
const publicKey = () => /age1\w+/.exec(readFileSync(identityFile(), 'utf8'))?.[0] ?? '';
const secretKey = () => /AGE-SECRET-KEY-\w+/.exec(readFileSync(identityFile(), 'utf8'))?.[0] ?? '';
/** The identity itself as something that may be nowhere. */
const identity = (): Canary => {
  const key = secretKey();
  return { value: key, needles: [key], isIn: (content) => Buffer.from(content).includes(key) };
};
const ageFile = () => join(workspace.root, '.env.sandbox.age');
/** Where values may lie on the host: those of the service, and those from before, for the way back. */
const placed = (): readonly string[] => {
  const directory = join(sshd.directory, 'state/targets/api/secrets');
  return readdirSync(directory).map((name) => join(directory, name));
};
const expectNoLeak = (printed: Readonly<Record<string, string>>): void => {
  for (const one of [first, canary]) {
    expect(leaksInTexts(one, printed)).toEqual([]);
    expect(leaksInDirectories(one, [workspace.root, sshd.directory, home], placed())).toEqual([]);
  }
  expect(leaksInTexts(identity(), printed)).toEqual([]);
  expect(leaksInDirectories(identity(), [workspace.root, sshd.directory, home], [identityFile()])).toEqual([]);
};

// One story: each test goes on from where the one before it left the server and the workspace.
describeSsh('encrypted values, from a person’s hands to a service', () => {
  test('preflight names what is missing all at once, and nothing is touched', async () => {
    const { exitCode, all } = await preflight();
    expect(exitCode).toBe(1);
    expect([...codesIn(all)].sort()).toEqual(['IDENTITY_MISSING', 'SECRETS_FILE_MISSING']);
    expect(readdirSync(sshd.directory)).not.toContain('state');
  });

  test('an identity and a file are made, and preflight says which value there is none of', async () => {
    expect((await secrets(['new-identity'])).all).toContain(publicKey());
    expect((await secrets(['create', `--recipient=${publicKey()} Ada`])).exitCode).toBe(0);
    const { all } = await preflight();
    expect(codesIn(all)).toEqual(['SECRETS_INCOMPLETE']);
    expect(all).toContain('`npm run secrets -- add TOKEN -c sandbox`');
  });

  test('a value is added from standard input, and only its name is ever shown', async () => {
    const added = await secrets(['add', 'TOKEN'], `${first.value}\n`);
    expect([added.exitCode, added.all]).toEqual([0, expect.stringContaining('TOKEN was added')]);
    const listed = await secrets(['list']);
    expect(listed.all).toMatch(/TOKEN +\d{4}-/);
    expect(listed.all).toContain('Ada');
    expect(leaksInTexts(first, { added: added.all, listed: listed.all })).toEqual([]);
    workspace.commit();
  });

  const BAD: readonly (readonly [string, string, (text: string) => string])[] = [
    ['malformed', 'SECRETS_MALFORMED', (text) => text.replace('polydev-secrets 1', 'something else')],
    ['tampered with', 'SECRETS_TAMPERED', (text) => text.replace(' Ada', ' Eve')],
    ['cut off', 'SECRETS_TAMPERED', (text) => text.replace(/\n[^\n]+\n-----END/, '\n-----END')],
  ];
  test.each(BAD)('a file that is %s is told before anything is touched', async (_, code, change) => {
    const good = readFileSync(ageFile(), 'utf8');
    writeFileSync(ageFile(), change(good));
    const { exitCode, all } = await preflight();
    writeFileSync(ageFile(), good);
    expect([exitCode, codesIn(all)]).toEqual([1, [code]]);
    expect(readdirSync(sshd.directory)).not.toContain('state');
  });

  test('somebody who is no recipient is told so, by name of the file and not of any value', async () => {
    const other = join(home, 'other.txt');
    await secrets(['new-identity', `--file=${other}`]);
    const { all, exitCode } = await nx(['run', 'workspace-under-test:preflight'], { AGE_IDENTITY_FILE: other });
    expect([exitCode, codesIn(all)]).toEqual([1, ['SECRETS_WRONG_RECIPIENT']]);
    const plan = await nx(['run', 'api:plan', '--output-style=static'], { AGE_IDENTITY_FILE: other });
    expect([plan.exitCode, plan.all]).toEqual([0, expect.stringMatching(/place secrets +TOKEN/)]);
    rmSync(other);
  });

  test('a deploy brings the value to the service; no other program has it or the identity, in its arguments or variables', async () => {
    const watches = [await watchProcesses(first), await watchProcesses(identity())];
    const variables = { AGE_IDENTITY: secretKey(), AGE_IDENTITY_FILE: '/nowhere' };
    const { all, exitCode } = await nx(DEPLOY, variables);
    const [ofValue = [], ofIdentity = []] = await Promise.all(watches.map((watch) => watch.stop()));
    expect([exitCode, all]).toEqual([0, expect.stringContaining('place secrets')]);
    expect(await answer()).toMatchObject({ TOKEN: first.value });
    expect(await answer()).not.toHaveProperty('AGE_IDENTITY_FILE');
    // The service itself is started with it, and so is what a shell starts on the way to it.
    const service = readFileSync(join(sshd.directory, 'pid'), 'utf8').trim();
    expect(ofValue.filter(({ pid, where }) => String(pid) !== service || !where.includes('variable TOKEN'))).toEqual(
      [],
    );
    // Nx was typed with it.
    expect(new Set(ofIdentity.map(({ pid }) => pid)).size).toBe(1);
    expect(readFileSync(join(workspace.root, 'build-environment.txt'), 'utf8')).not.toMatch(/AGE-SECRET-KEY|nowhere/);
    expectNoLeak({ all });
  });

  test('a value that is set anew is deployed, though nothing else changed; set again to the same it is not', async () => {
    expect((await nx(DEPLOY)).all).toContain('No tasks were run');
    const edited = await secrets(['edit', 'TOKEN'], canary.value);
    expect(edited.all).toContain('TOKEN has another value');
    workspace.commit();
    const graph = await nx(['affected', '-t', 'deploy', '--graph=stdout']);
    const tasks = Object.keys((JSON.parse(graph.stdout) as { tasks: { tasks: object } }).tasks.tasks);
    expect(tasks).toContain('api:deploy');
    const deployed = await nx(DEPLOY);
    expect(await answer()).toMatchObject({ TOKEN: canary.value });
    expect((await secrets(['edit', 'TOKEN'], canary.value)).all).toContain('has that value already');
    expectNoLeak({ edited: edited.all, deployed: deployed.all });
  });

  test('a hook that prints the value before it fails tells nobody, and the service goes on with what it had', async () => {
    await secrets(['edit', 'TOKEN'], `${first.value} and more`);
    const file = `${sshd.directory}/state/targets/api/secrets/live.env`;
    const hook = `cat ${file}; . ${file}; echo "$TOKEN" >&2; exit 7`;
    workspace.commit({ '.deploy.yaml': manifest(`    post_deploy: '${hook}'`) });
    const { all, exitCode } = await nx(DEPLOY);
    expect([exitCode, all]).toEqual([1, expect.stringContaining('[TOKEN]')]);
    expect(await answer()).toMatchObject({ TOKEN: canary.value });
    expectNoLeak({ all });
  });

  test('a rollback starts the release of then with the value of now', async () => {
    const releases = () =>
      readdirSync(join(sshd.directory, 'state/targets/api/releases')).filter((name) => !name.endsWith('.mtree'));
    expect(releases()).toHaveLength(2);
    const { all, exitCode } = await nx(['run', 'api:rollback', '--output-style=static']);
    expect([exitCode, all]).toEqual([0, expect.stringContaining('place secrets')]);
    const now = await answer();
    expect(now).toMatchObject({ TOKEN: `${first.value} and more`, release: releases().sort()[0] });
    expectNoLeak({ all });
  });
});
