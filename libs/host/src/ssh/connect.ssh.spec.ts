import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { isOpsError, type OpsError } from '@polydev/errors';
import {
  type CuttableProxy,
  describeSsh,
  freePort,
  makeKey,
  startAgent,
  startProxy,
  startSshd,
  type TestSshd,
} from '../../testing';
import { connectSsh, type SshOptions } from '..';

/** What connecting fails with. */
const failure = async (options: SshOptions): Promise<OpsError> => {
  const error: unknown = await connectSsh(options).then(
    async (host) => {
      await host.close();
      return new Error('it connected');
    },
    (reason: unknown) => reason,
  );
  if (!isOpsError(error)) throw error;
  return error;
};
const connects = async (options: SshOptions): Promise<boolean> => {
  const host = await connectSsh(options);
  const { exitCode } = await host.exec(['true']);
  await host.close();
  return exitCode === 0;
};

describeSsh('connecting', () => {
  let sshd: TestSshd;
  let count = 0;
  /** A file of the test's own. */
  const file = (content: string): string => {
    const path = join(sshd.directory, `file-${(count += 1)}`);
    writeFileSync(path, content);
    return path;
  };
  beforeAll(async () => {
    sshd = await startSshd({ hostKeys: ['ed25519', 'ecdsa', 'rsa'] });
  });
  afterAll(() => sshd.stop());

  describe('host keys', () => {
    test('a known key is accepted', async () => {
      expect(await connects(sshd.options())).toBe(true);
    });

    test.each([['ed25519'], ['ecdsa'], ['rsa']])(
      'of a host with three keys it is enough to know the %s one',
      async (type) => {
        const key = sshd.hostKeys.find(({ path }) => path.endsWith(type))!;

        expect(await connects(sshd.options({ knownHostsFile: file(sshd.knownHostsLine({ key })) }))).toBe(true);
      },
    );

    test('hashed entries are read', async () => {
      const known =
        sshd.knownHostsLine({ hashed: true, name: '[127.0.0.2]:22' }) + sshd.knownHostsLine({ hashed: true });

      expect(await connects(sshd.options({ knownHostsFile: file(known) }))).toBe(true);
    });

    test('a key known for the host without its port is good enough', async () => {
      expect(await connects(sshd.options({ knownHostsFile: file(sshd.knownHostsLine({ name: '127.0.0.1' })) }))).toBe(
        true,
      );
    });

    test('an unknown host is refused with its fingerprint and the line that would make it known', async () => {
      const known = file('');
      const error = await failure(sshd.options({ knownHostsFile: known }));

      expect(error.code).toBe('HOST_KEY_UNKNOWN');
      expect(error.message).toContain(`ssh-ed25519 ${sshd.fingerprints[0]}`);
      expect(error.hint).toContain(`adds this line to ${known}`);
      writeFileSync(known, `${error.hint.split('\n').at(-1)}\n`);
      expect(await connects(sshd.options({ knownHostsFile: known }))).toBe(true);
    });

    test('a changed key is refused with the place of the old one and both fingerprints', async () => {
      const other = makeKey(join(sshd.directory, 'other'));
      const known = file(`# mine\n${sshd.knownHostsLine({ key: other })}`);
      const error = await failure(sshd.options({ knownHostsFile: known }));

      expect(error.code).toBe('HOST_KEY_CHANGED');
      expect(error.message).toContain(`${known}:2`);
      expect(error.message).toContain(sshd.fingerprints[0]);
      expect(error.message.match(/SHA256:/g)).toHaveLength(2);
      expect(error.hint).toContain(`ssh-keygen -R '[127.0.0.1]:${sshd.port}' -f ${known}`);
    });

    test('a revoked key is refused though it is known too', async () => {
      const line = sshd.knownHostsLine();
      const known = file(`${line}@revoked ${line}`);
      const error = await failure(sshd.options({ knownHostsFile: known }));

      expect(error).toMatchObject({ code: 'HOST_KEY_REVOKED', message: expect.stringContaining(`${known}:2`) });
    });

    test('a certificate authority alone makes no host known, and the message says why', async () => {
      const known = file(`@cert-authority ${sshd.knownHostsLine()}`);
      const error = await failure(sshd.options({ knownHostsFile: known }));

      expect(error).toMatchObject({
        code: 'HOST_KEY_UNKNOWN',
        message: expect.stringContaining('certificate authority'),
      });
    });

    test('a key of a type that we do not know, shown by a host that we do, is a changed key', async () => {
      const onlyRsa = await startSshd({ hostKeys: ['rsa'] });
      const known = file(sshd.knownHostsLine({ name: '[127.0.0.1]:*' }));

      expect(await failure(onlyRsa.options({ knownHostsFile: known }))).toMatchObject({ code: 'HOST_KEY_CHANGED' });
      await onlyRsa.stop();
    });

    test('StrictHostKeyChecking no in ssh_config changes nothing', async () => {
      const error = await failure(
        sshd.options({ knownHostsFile: file(''), sshConfigFile: file('StrictHostKeyChecking no\n') }),
      );

      expect(error.code).toBe('HOST_KEY_UNKNOWN');
    });
  });

  describe('logging in', () => {
    test('a key that the host does not take is refused, and named', async () => {
      const wrong = makeKey(join(sshd.directory, 'wrong'));
      const error = await failure(sshd.options({ identityFile: wrong.path }));

      expect(error.code).toBe('AUTH_FAILED');
      expect(error.message).toContain(`Tried: key ${wrong.path}`);
      expect(error.message).toContain('The host accepts: publickey');
    });

    test('a key file that is not there is named', async () => {
      const error = await failure(sshd.options({ identityFile: '/no/such/key' }));

      expect(error).toMatchObject({
        code: 'AUTH_FAILED',
        message: expect.stringContaining('key /no/such/key (not found)'),
      });
    });

    test('a locked key without an agent says how to unlock it', async () => {
      const locked = makeKey(join(sshd.directory, 'locked'), 'ed25519', 'secret');
      const error = await failure(sshd.options({ identityFile: locked.path }));

      expect(error).toMatchObject({ code: 'AUTH_FAILED', message: expect.stringContaining('needs its passphrase') });
      expect(error.hint).toContain(`ssh-add ${locked.path}`);
    });

    test('a key of the agent is enough', async () => {
      const agent = await startAgent(sshd.directory);
      await agent.add(sshd.clientKey);
      const { identityFile: _none, ...options } = sshd.options();

      expect(await connects({ ...options, env: { ...options.env, SSH_AUTH_SOCK: agent.socket } })).toBe(true);
      await agent.stop();
    });

    test('more keys in the agent than sshd tries do not keep the named key from being used', async () => {
      const agent = await startAgent(sshd.directory);
      for (let n = 0; n < 8; n += 1) await agent.add(makeKey(join(sshd.directory, `agent-${n}`)));
      await agent.add(sshd.clientKey);
      const env = { ...sshd.options().env, SSH_AUTH_SOCK: agent.socket };

      expect(await connects(sshd.options({ env }))).toBe(true);
      const error = await failure(sshd.options({ env, identityFile: join(sshd.directory, 'agent-0') }));
      expect(error.code).toBe('AUTH_FAILED');
      await agent.stop();
    });

    test('an agent that does not answer is no more than a remark', async () => {
      const env = { ...sshd.options().env, SSH_AUTH_SOCK: join(sshd.directory, 'nobody.sock') };

      expect(await connects(sshd.options({ env }))).toBe(true);
      expect((await failure(sshd.options({ env, identityFile: '/no/such/key' }))).message).toContain('does not answer');
    });
  });

  describe('reaching it', () => {
    test('a port on which nothing listens', async () => {
      const error = await failure(sshd.options({ port: await freePort() }));

      expect(error).toMatchObject({ code: 'HOST_UNREACHABLE', message: expect.stringContaining('ECONNREFUSED') });
    });

    test('a name that nobody knows', async () => {
      const error = await failure(sshd.options({ address: 'no-such-host.invalid' }));

      expect(error).toMatchObject({ code: 'HOST_UNREACHABLE', message: expect.stringContaining('name') });
    });

    test('a server that says nothing', async () => {
      const silent = createServer();
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const error = await failure(
        sshd.options({ port: (silent.address() as AddressInfo).port, connectTimeoutMs: 200 }),
      );

      expect(error).toMatchObject({ code: 'HOST_UNREACHABLE', message: expect.stringContaining('within 0.2 s') });
      silent.close();
    });

    test('a server that does not speak SSH', async () => {
      const web = createServer((socket) => socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
      const error = await failure(sshd.options({ port: (web.address() as AddressInfo).port }));

      expect(error.code).toBe('HOST_UNREACHABLE');
      web.close();
    });

    test('a canceled attempt', async () => {
      const controller = new AbortController();
      const attempt = failure(sshd.options({ signal: controller.signal }));
      controller.abort();

      expect((await attempt).code).toBe('COMMAND_CANCELED');
    });
  });

  describe('losing it', () => {
    let proxy: CuttableProxy;
    beforeEach(async () => {
      proxy = await startProxy(sshd.port);
    });
    afterEach(() => proxy.stop());

    test('a cut wire is noticed, and the command that ran is named', async () => {
      const host = await connectSsh(sshd.options({ port: proxy.port, keepaliveMs: 50 }));
      const running = host.exec(['sleep', '1']);
      proxy.cut();

      await expect(running).rejects.toMatchObject({
        code: 'CONNECTION_LOST',
        message: expect.stringMatching(/silent for 0.15 s.*Whether `sleep 1` ended on the host is unknown/),
      });
      await host.close();
    });

    test('so is a host whose sshd dies', async () => {
      const host = await connectSsh(sshd.options());
      const running = host.exec(['sleep', '1']);
      await host.exec(['true']);
      sshd.killConnections();

      await expect(running).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
      await expect(host.exec(['true'])).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
      await expect(host.connect('127.0.0.1', sshd.port)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    });
  });

  describe('~/.ssh/config', () => {
    test('an alias gives address, port, user, key and known_hosts', async () => {
      const config = file(
        `Host web\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  User ${sshd.user}\n  IdentityFile ${sshd.clientKey.path}\n  UserKnownHostsFile ${sshd.knownHostsFile}\n`,
      );
      const { env } = sshd.options();

      expect(await connects({ name: 'web', address: 'web', env: env!, sshConfigFile: config })).toBe(true);
    });

    test('explicit options win over it', async () => {
      const config = file(`Host 127.0.0.1\n  Port 1\n  User nobody\n  IdentityFile /no/such/key\n`);

      expect(await connects(sshd.options({ sshConfigFile: config }))).toBe(true);
    });

    test('HostKeyAlias is the name that is looked up', async () => {
      const config = file('HostKeyAlias prod-web\n');
      const known = file(sshd.knownHostsLine({ name: 'prod-web' }));

      expect(await connects(sshd.options({ sshConfigFile: config, knownHostsFile: known }))).toBe(true);
    });

    test('without an ssh program, options alone are enough', async () => {
      expect(await connects(sshd.options({ env: { PATH: '/nonexistent', HOME: sshd.directory } }))).toBe(true);
    });

    test('ProxyJump goes through another host, whose key is checked as well', async () => {
      const inner = await startSshd();
      const config = file(
        `Host jump\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  User ${sshd.user}\n  IdentityFile ${sshd.clientKey.path}\n` +
          `  UserKnownHostsFile ${sshd.knownHostsFile}\nHost 127.0.0.1\n  ProxyJump jump\n`,
      );
      const host = await connectSsh(inner.options({ sshConfigFile: config }));
      const { stdout } = await host.exec(['sh', '-c', 'echo $SSH_CONNECTION']);

      expect(stdout.trim().split(' ').at(-1)).toBe(String(inner.port));
      await host.close();
      writeFileSync(config, readFileSync(config, 'utf8').replace(sshd.knownHostsFile, '/dev/null'));
      const error = await failure(inner.options({ sshConfigFile: config, knownHostsFile: file('') }));
      expect(error).toMatchObject({ code: 'HOST_KEY_UNKNOWN', message: expect.stringContaining('jump host jump') });
      await inner.stop();
    });

    test('a jump host named for all hosts is itself reached directly', async () => {
      const inner = await startSshd();
      const config = file(
        `Host jump\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  User ${sshd.user}\n  IdentityFile ${sshd.clientKey.path}\n` +
          `  UserKnownHostsFile ${sshd.knownHostsFile}\nHost *\n  ProxyJump jump\n`,
      );

      expect(await connects(inner.options({ sshConfigFile: config }))).toBe(true);
      await inner.stop();
      const error = await failure(inner.options({ sshConfigFile: config }));
      expect(error).toMatchObject({ code: 'HOST_UNREACHABLE', message: expect.stringContaining('Connection refused') });
    });

    test('jump hosts that lead to each other are noticed', async () => {
      const config = file('Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n');

      expect(await failure(sshd.options({ address: 'a', sshConfigFile: config }))).toMatchObject({
        code: 'HOST_UNREACHABLE',
        message: expect.stringContaining('circle'),
      });
    });

    test('IdentitiesOnly keeps the agent from offering other keys', async () => {
      const agent = await startAgent(sshd.directory);
      await agent.add(sshd.clientKey);
      const other = makeKey(join(sshd.directory, 'only'));
      const config = file(`IdentitiesOnly yes\nIdentityFile ${other.path}\n`);
      const { identityFile: _none, ...options } = sshd.options({ sshConfigFile: config });
      const env = { ...options.env, SSH_AUTH_SOCK: agent.socket };

      expect((await failure({ ...options, env })).message).toContain(`Tried: key ${other.path}. `);
      await agent.stop();
    });

    test('ProxyCommand carries the connection', async () => {
      const program = file(
        `const s = require('net').connect(Number(process.argv[3]), process.argv[2]); process.stdin.pipe(s).pipe(process.stdout);`,
      );
      const config = file(`ProxyCommand ${process.execPath} ${program} %h %p\n`);

      expect(await connects(sshd.options({ sshConfigFile: config }))).toBe(true);
    });

    test('a ProxyCommand that ends at once leaves the host unreachable', async () => {
      expect((await failure(sshd.options({ sshConfigFile: file('ProxyCommand false\n') }))).code).toBe(
        'HOST_UNREACHABLE',
      );
    });
  });
});
