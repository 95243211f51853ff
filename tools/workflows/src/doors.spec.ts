import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { REPOSITORY } from '../testing/workflows';

jest.setTimeout(60_000);

/** The doors that workflows open, typed as on a laptop. */
describe('a door of the workflows', () => {
  let home: string;
  let servers: Server[];
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'polydev-doors-'));
    servers = [];
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    rmSync(home, { recursive: true, force: true });
  });

  const type = async (args: readonly [string, ...string[]], env: Record<string, string> = {}, cwd = REPOSITORY) => {
    const { exitCode, all, stdout } = await execa(args[0], args.slice(1), {
      cwd,
      extendEnv: false,
      env: { PATH: process.env.PATH ?? '', HOME: home, ...env },
      stdin: 'ignore',
      all: true,
      reject: false,
    });
    return { code: exitCode, output: all, stdout };
  };
  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const newKey = async (bits: readonly string[]) => {
    const file = join(home, 'key');
    await execa('ssh-keygen', ['-q', ...bits, '-N', '', '-C', 'of a test', '-f', file]);
    return { secret: readFileSync(file, 'utf8'), fingerprint: (await execa('ssh-keygen', ['-lf', file])).stdout };
  };

  describe('with-deploy-key.sh', () => {
    const door = 'scripts/with-deploy-key.sh';

    it.each([
      ['ed25519', ['-t', 'ed25519']],
      ['a long RSA key', ['-t', 'rsa', '-b', '4096']],
    ])('gives a command an agent with the key: %s', async (_name, bits) => {
      const { secret, fingerprint } = await newKey(bits);
      const { code, output } = await type([door, 'ssh-add', '-l'], { DEPLOY_SSH_KEY: secret });
      expect({ code, output }).toEqual({ code: 0, output: fingerprint });
    });

    it('leaves the key in no environment and no argument of what runs, and its agent ends', async () => {
      const { secret } = await newKey(['-t', 'ed25519']);
      const look = `
        tr '\\0' '\\n' < /proc/$$/environ; tr '\\0' '\\n' < /proc/$SSH_AGENT_PID/environ
        cat /proc/$$/cmdline /proc/$SSH_AGENT_PID/cmdline | tr '\\0' '\\n'
        ls -A "$HOME"
        echo "agent $SSH_AGENT_PID socket $SSH_AUTH_SOCK"`;
      const { code, output } = await type([door, 'bash', '-c', look], { DEPLOY_SSH_KEY: secret });
      expect(code).toBe(0);
      expect(output).toContain('SSH_AUTH_SOCK=');
      expect(output).not.toContain('DEPLOY_SSH_KEY');
      secret
        .split('\n')
        .filter(Boolean)
        .forEach((line) => expect(output).not.toContain(line));
      const [, socket = ''] = /^agent \d+ socket (\/\S+)$/m.exec(output) ?? [];
      expect(socket).not.toBe('');
      for (let tries = 0; tries < 300 && existsSync(socket); tries += 1) await new Promise((r) => setTimeout(r, 100));
      expect(existsSync(socket)).toBe(false);
    });

    it('passes arguments and exit code on, with and without a key', async () => {
      const { secret } = await newKey(['-t', 'ed25519']);
      for (const env of [{}, { DEPLOY_SSH_KEY: secret }]) {
        const { code, output } = await type(
          [door, 'sh', '-c', 'printf "%s|" "$@"; exit 7', 'sh', 'a b', '$(id)', ''],
          env,
        );
        expect({ code, output }).toEqual({ code: 7, output: 'a b|$(id)||' });
      }
    });

    it('refuses a key that is none, and runs nothing', async () => {
      const { code, output } = await type([door, 'echo', 'ran'], { DEPLOY_SSH_KEY: 'no key' });
      expect(code).not.toBe(0);
      expect(output).not.toContain('ran');
    });

    it('adds known hosts once', async () => {
      const env = { DEPLOY_KNOWN_HOSTS: 'one ssh-ed25519 AAAA\ntwo ssh-ed25519 BBBB\n' };
      await type([door, 'true'], env);
      await type([door, 'true'], env);
      expect(readFileSync(join(home, '.ssh/known_hosts'), 'utf8')).toBe(env.DEPLOY_KNOWN_HOSTS);
    });

    it('without a command says how it is used', async () => {
      expect(await type([door])).toMatchObject({ code: 2, output: expect.stringContaining('Usage') });
    });
  });

  describe('require-maintainer.sh', () => {
    const roles: Readonly<Record<string, unknown>> = {
      mia: { permission: 'write', role_name: 'maintain' },
      ada: { permission: 'admin', role_name: 'admin' },
      custom: { role_name: 'release-crew', user: { permissions: { maintain: true } } },
      wim: { permission: 'write', role_name: 'write', user: { permissions: { push: true, maintain: false } } },
    };
    const ask = async (actor: string, more: Record<string, string> = {}) => {
      const url = await serve((request, response) => {
        const [, name = ''] = /^\/repos\/acme\/shop\/collaborators\/([^/]+)\/permission$/.exec(request.url ?? '') ?? [];
        if (request.headers.authorization !== 'Bearer token-of-the-run') response.writeHead(401).end();
        else if (roles[name] === undefined) response.writeHead(name === 'broken' ? 500 : 404).end();
        else response.end(JSON.stringify(roles[name]));
      });
      return type(['scripts/require-maintainer.sh'], {
        GITHUB_API_URL: url,
        GITHUB_REPOSITORY: 'acme/shop',
        GITHUB_ACTOR: actor,
        GH_TOKEN: 'token-of-the-run',
        ...more,
      });
    };

    it.each(['mia', 'ada', 'custom'])('lets %s pass', async (actor) => {
      expect((await ask(actor)).code).toBe(0);
    });

    it.each([
      ['wim', {}, 'MAINTAINER_NEEDED'],
      ['nobody', {}, 'MAINTAINER_NEEDED'],
      ['../../../user', {}, 'MAINTAINER_NEEDED'],
      ['mia', { GITHUB_TRIGGERING_ACTOR: 'wim' }, 'MAINTAINER_NEEDED'],
      ['broken', {}, 'MAINTAINER_UNKNOWN'],
      ['mia', { GH_TOKEN: 'another' }, 'MAINTAINER_UNKNOWN'],
      ['mia', { GITHUB_REPOSITORY: '' }, 'MAINTAINER_UNKNOWN'],
    ])('refuses %s %j', async (actor, more, says) => {
      const { code, output } = await ask(actor, more);
      expect(code).toBe(1);
      expect(output).toContain(`[${says}]`);
      expect(output).not.toMatch(/token-of-the-run|\n {4}at /);
    });
  });

  describe('smoke.sh', () => {
    it('asks every URL, and fails when one does not answer well', async () => {
      const url = await serve(({ url: path }, response) => response.writeHead(path === '/bad' ? 404 : 200).end());
      expect(await type(['scripts/smoke.sh'], { SMOKE_URLS: `${url}/a\n${url}/b` })).toMatchObject({
        code: 0,
        output: `✓ ${url}/a\n✓ ${url}/b`,
      });
      const { code, output } = await type(['scripts/smoke.sh'], { SMOKE_URLS: `${url}/bad ${url}/b` });
      expect(code).toBe(1);
      expect(output).toContain(`✗ ${url}/bad`);
      expect(output).toContain(`✓ ${url}/b`);
    });

    it('says so where there is none to ask', async () => {
      expect(await type(['scripts/smoke.sh'])).toMatchObject({
        code: 0,
        output: expect.stringContaining('nothing was asked'),
      });
    });
  });

  describe('live-commit.sh', () => {
    /** The door beside a status that prints what is given and ends with 1, as for an unhealthy target. */
    const withStatus = async (status: string) => {
      cpSync(join(REPOSITORY, 'scripts/live-commit.sh'), join(home, 'scripts/live-commit.sh'));
      cpSync(join(REPOSITORY, 'tools/workflows/bin'), join(home, 'tools/workflows/bin'), { recursive: true });
      mkdirSync(join(home, 'scripts'), { recursive: true });
      writeFileSync(join(home, 'status.json'), status);
      writeFileSync(
        join(home, 'scripts/deployment-status.sh'),
        '#!/bin/sh\necho "$@" >&2\ncat "$HOME/status.json"\nexit 1\n',
      );
      chmodSync(join(home, 'scripts/deployment-status.sh'), 0o755);
      return type(['scripts/live-commit.sh', '-c', 'production'], {}, home);
    };
    const host = (release: string | null, sha: string | null) => ({ host: 'web-1', release, sha });

    it('prints the commit of the newest release', async () => {
      const status = [
        { target: 'a', hosts: [host('20261101-101010-aaa', 'aaa'), host('20261103-101010-ccc', 'ccc')] },
        { target: 'b', hosts: [host('20261102-101010-bbb', 'bbb'), host(null, null)] },
        { target: 'database' },
      ];
      expect(await withStatus(JSON.stringify(status))).toMatchObject({ code: 0, stdout: 'ccc' });
    });

    it('prints nothing where nothing is live', async () => {
      expect(await withStatus('[]')).toMatchObject({ code: 0, stdout: '' });
    });

    it('fails where the status could not be asked', async () => {
      const { code, output } = await withStatus('');
      expect(code).toBe(1);
      expect(output).toContain('--json -c production');
      expect(output).not.toMatch(/\n {4}at /);
    });
  });
});
