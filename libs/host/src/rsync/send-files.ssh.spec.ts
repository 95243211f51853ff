import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  childrenOf,
  describeRsync,
  eventually,
  isRunning,
  startPasswordServer,
  startSshd,
  type TestSshd,
} from '../../testing';
import { connectSsh, type Host, type HostShell, sendFiles } from '..';

const holder = { by: 'ada@laptop', from: 'laptop', since: '2026-01-01T00:00:00Z', deployment: 'd1' };

describeRsync('files sent by rsync', () => {
  let root: string;
  const at = (path: string) => join(root, path);
  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
  };
  const openShell = (host: Host): Promise<HostShell> => host.openShell({ target: 'api', lockFile: at('lock'), holder });
  const send = (
    shell: HostShell,
    paths: readonly string[],
    { basis, signal }: { basis?: string; signal?: AbortSignal } = {},
  ) =>
    sendFiles(shell, {
      directory: at('from'),
      paths,
      into: at('into'),
      basis,
      signal: signal ?? new AbortController().signal,
    });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "rsync it's $HOME "));
    mkdirSync(at('into'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test('a host that asks for a password is asked once, on one connection, and the files go over that', async () => {
    const server = await startPasswordServer('open sesame', root);
    const { port } = server;
    write('known_hosts', `[127.0.0.1]:${port} ${server.hostKey}\n`);
    write('from/a.txt', 'a');
    const env = { PATH: process.env['PATH'], HOME: root };
    const host = await connectSsh({
      ...{ name: 'api', address: '127.0.0.1', port, user: 'deploy', env, sshConfigFile: 'none' },
      ...{ knownHostsFile: at('known_hosts'), password: { reveal: () => 'open sesame' } },
    });
    try {
      const shell = await openShell(host);
      await send(shell, ['a.txt']);
      await shell.release();

      expect(readFileSync(at('into/a.txt'), 'utf8')).toBe('a');
      expect(server.connections()).toBe(1);
    } finally {
      await host.close();
      await server.stop();
    }
  });

  describe('over OpenSSH', () => {
    let sshd: TestSshd;
    let host: Host;
    let shell: HostShell;
    /** A host whose PATH is the directory `bin`, which holds perl and what `programs` adds. */
    const begin = async (programs?: Readonly<Record<string, string>>): Promise<void> => {
      if (programs) {
        mkdirSync(at('bin'));
        const perl = (process.env['PATH'] ?? '').split(':').map((folder) => join(folder, 'perl'));
        symlinkSync(realpathSync(perl.find((path) => existsSync(path)) ?? ''), at('bin/perl'));
        for (const [name, text] of Object.entries(programs)) writeFileSync(at(`bin/${name}`), text, { mode: 0o755 });
      }
      sshd = await startSshd(programs ? { config: [`SetEnv "HOME=${root}" "PATH=${at('bin')}"`] } : {});
      host = await connectSsh(sshd.options());
      shell = await openShell(host);
    };
    afterEach(async () => {
      await host.close();
      await sshd.stop();
    });

    test('arrive under names of every kind, and only those that were named', async () => {
      await begin();
      const names = [
        'with space',
        'line\nbreak',
        '-dash',
        '--delete',
        '#hash',
        ';semi',
        'ümläut',
        '*',
        "it's",
        '.x/..y',
        '~',
      ];
      for (const name of [...names, 'not named']) write(`from/${name}`, name);
      await send(shell, names);

      for (const name of names) expect(readFileSync(at(`into/${name}`), 'utf8')).toBe(name);
      expect(existsSync(at('into/not named'))).toBe(false);
    });

    test('of a file that the basis has in another version only the differences go, whatever its size and time', async () => {
      await begin();
      const old = randomBytes(1_000_000);
      const changed = Buffer.concat([old.subarray(0, 500_000), Buffer.from('!'), old.subarray(500_001)]);
      write('basis/big', old);
      write('from/big', changed);
      const whole = await send(shell, ['big']);
      rmSync(at('into/big'));
      const differences = await send(shell, ['big'], { basis: at('basis') });

      expect(readFileSync(at('into/big')).equals(changed)).toBe(true);
      expect(readFileSync(at('basis/big')).equals(old)).toBe(true);
      expect(whole.bytes).toBeGreaterThan(1_000_000);
      expect(differences.bytes).toBeLessThan(50_000);
      expect(differences.bytes).toBeGreaterThan(0);
    });

    test('a file that is gone meanwhile: the error has what rsync said', async () => {
      await begin();
      write('from/here', '');

      await expect(send(shell, ['here', 'gone'])).rejects.toMatchObject({
        code: 'RSYNC_FAILED',
        message: expect.stringMatching(/exit code 23[^]*gone[^]*No such file/),
      });
    });

    test('a host without rsync: the error names it', async () => {
      await begin({});
      write('from/a', '');

      await expect(send(shell, ['a'])).rejects.toMatchObject({
        code: 'TOOL_MISSING',
        message: expect.stringContaining('rsync is not on the PATH'),
      });
      expect(await shell.run(['perl', '-e', '1'])).toMatchObject({ exitCode: 0 });
    });

    test('a host whose rsync breaks off: the error has its last words, and the shell goes on', async () => {
      await begin({ rsync: '#!/bin/sh\necho no good >&2\nexit 3\n' });
      write('from/a', '');

      await expect(send(shell, ['a'])).rejects.toMatchObject({
        code: 'RSYNC_FAILED',
        message: expect.stringContaining('no good'),
      });
      expect(await shell.run(['perl', '-e', '1'])).toMatchObject({ exitCode: 0 });
    });

    test('canceled: it runs neither here nor there any more', async () => {
      await begin({
        rsync: '#!/bin/sh\necho $$ >"$HOME/pid.new"; /bin/mv "$HOME/pid.new" "$HOME/pid"; exec /bin/sleep 1000\n',
      });
      write('from/a', '');
      const controller = new AbortController();
      const sending = send(shell, ['a'], { signal: controller.signal });
      const pid = await eventually(() => Number(readFileSync(at('pid'), 'utf8')));
      controller.abort();

      await expect(sending).rejects.toMatchObject({ code: 'COMMAND_CANCELED' });
      expect(isRunning(pid)).toBe(false);
      await eventually(() => expect(childrenOf(process.pid).filter(({ name }) => name === 'rsync')).toEqual([]));
    });

    test('a connection that is lost on the way: the error says so, and nothing is left running', async () => {
      await begin({
        rsync: '#!/bin/sh\necho $$ >"$HOME/pid.new"; /bin/mv "$HOME/pid.new" "$HOME/pid"; exec /bin/sleep 1000\n',
      });
      write('from/a', '');
      const sending = send(shell, ['a']);
      const lost = expect(sending).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
      const pid = await eventually(() => Number(readFileSync(at('pid'), 'utf8')));
      sshd.killConnections();

      await lost;
      await eventually(() => expect(isRunning(pid)).toBe(false));
      await eventually(() => expect(childrenOf(process.pid).filter(({ name }) => name === 'rsync')).toEqual([]));
    });
  });
});
