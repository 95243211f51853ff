import { bundleProgram } from '@polydev/golden-image/bundle';
import { describeSsh, freePort, startSshd, type TestSshd } from '@polydev/host/testing';
import { startPostgres, type PostgresCluster } from '@polydev/migrations/testing';
import { execa } from 'execa';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { blocksOf, REPOSITORY } from '../testing/docs';
import { makeWorkspace, ownEnvironment, publishTo, project, type Files, type Workspace } from '../testing/workspace';

// Nx starts a process for every task, and the machine may have other things to do.
jest.setTimeout(180_000);

const SCRIPT = 'scripts/build-golden-snapshot-complete.sh';
const ownText = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

/** A service as small as one can be; `$PORT` says where it listens. */
const service = (status: string): string =>
  `require('node:http').createServer((_, answer) => answer.end('{"status":"${status}"}')).listen(process.env.PORT, '127.0.0.1');\n`;
/** The agent also says which image it is, as one does that is to be told from others. */
const agent = `
const { IMAGE_ID: image, AGENT_DIGEST: digest, PORT, HOST } = process.env;
const health = JSON.stringify({ status: 'ready', image, digest });
require('node:http').createServer((_, answer) => answer.end(health)).listen(PORT, HOST);
`;
const app = (name: string, status: string, more: Files = {}): Files => ({
  ...project(name, {
    targets: {
      build: {
        command: 'rm -rf dist && cp -r src dist',
        options: { cwd: '{projectRoot}' },
        outputs: ['{projectRoot}/dist'],
      },
    },
  }),
  [`apps/${name}/src/main.js`]: service(status),
  ...more,
});

/**
 * What the docs tell somebody with a server, typed word for word with this workspace's own manifest and environment file.
 * The test's own are the user's name, where `/opt` is, the ports, the database, a `systemctl` that starts the unit's program, and an
 * agent that runs without a VM.
 */
describeSsh('a server of one’s own, as the docs tell it', () => {
  let home: string;
  let sshd: TestSshd;
  let postgres: PostgresCluster;
  let database: { readonly name: string; readonly url: string };
  let workspace: Workspace;
  let ports: { readonly controller: number; readonly frontend: number };

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'own-server-'));
    mkdirSync(join(home, 'opt'));
    ports = { controller: await freePort(), frontend: await freePort() };
    program('host/systemctl', [
      `case $2 in master-controller) PORT=${ports.controller} ;; polydev-frontend) PORT=${ports.frontend} ;; esac`,
      `cd "${home}/opt/$2" && export PORT || exit 1`,
      'setsid node main.js </dev/null >/dev/null 2>&1 &',
      `echo $! >> "${home}/pids"`,
    ]);
    program('client/ssh', [`exec /usr/bin/ssh -F "${home}/ssh_config" "$@"`]);
    const path = process.env['PATH'] ?? '';
    sshd = await startSshd({ config: [`SetEnv "HOME=${home}" "PATH=${join(home, 'host')}:${path}"`] });
    postgres = await startPostgres();
    database = await postgres.createDatabase();
    writeFileSync(join(home, 'known_hosts'), sshd.knownHostsLine({ name: 'server.example.com' }));
    writeFileSync(join(home, 'ssh_config'), sshConfig());
    workspace = makeWorkspace({
      '.env': ownText('.env'),
      '.deploy.yaml': manifest(),
      'package.json': { name: 'mine', private: true, scripts: { 'deployed-base': `node ${bin('deployed-base')}` } },
      ...app('master-controller', 'healthy', {
        [`apps/master-controller/src/${SCRIPT}`]: ownText(`apps/master-controller/${SCRIPT}`),
        'apps/master-controller/src/golden-image.cjs': (await bundleProgram()).text,
      }),
      ...app('vm-agent', 'ready', { 'apps/vm-agent/src/main.js': agent }),
      ...app('frontend', 'ok'),
      'apps/database/project.json': { name: 'database' },
      ...Object.fromEntries(migrations().map((file) => [file, ownText(file)])),
    });
    publishTo(workspace, join(home, 'remote.git'));
  });
  afterAll(async () => {
    // One that ended by itself is no reason to leave the others.
    await execa('sh', ['-c', 'kill $(cat pids)'], { cwd: home, reject: false });
    workspace.remove();
    await sshd.stop();
    await postgres.close();
    rmSync(home, { recursive: true, force: true });
  });

  const migrations = (): readonly string[] => {
    const directory = 'apps/database/supabase/migrations';
    return readdirSync(join(REPOSITORY, directory)).map((name) => `${directory}/${name}`);
  };
  const program = (name: string, lines: readonly string[]): void => {
    const file = join(home, name);
    mkdirSync(resolve(file, '..'), { recursive: true });
    writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
    chmodSync(file, 0o755);
  };
  const bin = (name: string): string => join(REPOSITORY, 'tools/nx-deploy/bin', `${name}.cjs`);
  const sshConfig = (): string =>
    [
      'Host server.example.com',
      'HostName 127.0.0.1',
      'HostKeyAlias server.example.com',
      `Port ${sshd.port}`,
      `IdentityFile ${sshd.clientKey.path}`,
      `UserKnownHostsFile ${join(home, 'known_hosts')}`,
      'BatchMode yes',
      '',
    ].join('\n');
  const here = (text: string): string =>
    text
      .replaceAll('/opt/', `${home}/opt/`)
      .replaceAll('localhost:4000', `localhost:${ports.controller}`)
      .replaceAll('localhost:3000', `localhost:${ports.frontend}`)
      .replaceAll('root@', `${sshd.user}@`)
      .replace(/postgres:\/\/[^']+/, database.url);
  const manifest = (): string =>
    here(ownText('.deploy.yaml'))
      .replace('\ntargets:', `\nstate_dir: ${home}/opt/polydev-ai\ntargets:`)
      .replace(
        /^( *)post_deploy: .*$/m,
        (line, indent: string) => `${line}\n${indent}golden_image: { driver: process }`,
      );
  const type = async (lines: string, more: Record<string, string> = {}): Promise<string> => {
    const environment = ownEnvironment();
    const { exitCode, all, stdout } = await execa('bash', ['-euc', here(lines)], {
      cwd: workspace.root,
      all: true,
      reject: false,
      stdin: 'ignore',
      extendEnv: false,
      env: {
        ...environment,
        PATH: `${join(home, 'client')}:${environment['PATH'] ?? ''}`,
        NX_DAEMON: 'false',
        ...more,
      },
    });
    // The output, where the code is not 0, is what a failing test has to show.
    expect(exitCode === 0 ? '' : all).toBe('');
    return stdout;
  };
  const statusAt = async (port: number): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/`)).json();

  test('the first deploy takes the lines of the README and no others', async () => {
    const output = await type(blocksOf('README.md', 'bash server').join('\n'));
    expect(output).toContain('Deploying to production (protected): server.example.com');
    expect(await statusAt(ports.controller)).toEqual({ status: 'healthy' });
    expect(await statusAt(ports.frontend)).toEqual({ status: 'ok' });
    expect(readlinkSync(join(home, 'opt/polydev-ai/vm-agent'))).toContain('/targets/vm-agent/releases/');
    expect(readlinkSync(join(home, 'opt/polydev-ai/images/active'))).toMatch(/img-[0-9a-f]{16}$/);
    expect(await postgres.query('select count(*)::int from deploy_meta.migrations', database.name)).toEqual([
      { count: migrations().length },
    ]);
  });

  test('what is typed on another day finds it there', async () => {
    const server = { DEPLOY_SERVER: `${sshd.user}@server.example.com`, DATABASE_URL: database.url };
    expect(await type('npx nx affected -t deploy', server)).toContain('No tasks were run');
    expect(await type('npx nx run frontend:deploy -c production', server)).toMatch(
      /frontend: already live on production/,
    );
    expect(await type('npm run -s deployed-base -- -c production', server)).toBe(
      workspace.git('rev-parse', 'refs/deployed/production'),
    );
  });

  test('a look around on the server shows what the page says', async () => {
    const [look = ''] = blocksOf('docs/server.md', 'bash host');
    const seen = await type(`ssh root@server.example.com bash -eu <<'END'\n${look}\nEND`);
    const { digest } = JSON.parse(readFileSync(join(home, 'opt/master-controller/.release.json'), 'utf8')) as {
      digest: string;
    };
    expect(seen).toContain(`${digest}  releases/`);
    expect(seen).toContain('"outcome":"succeeded"');
    expect(seen).toContain(readlinkSync(join(home, 'opt/master-controller')));
  });
});
