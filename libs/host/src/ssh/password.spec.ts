import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuthContext, Server, utils } from 'ssh2';
import { connectSsh, type SshOptions } from '..';

// OpenSSH checks passwords against the machine's own accounts, which a test cannot have: the only place where the other
// end is ssh2's server.
// Not ed25519: ssh2 makes a malformed one now and then (see testing/keys.ts).
const hostKey = utils.generateKeyPairSync('ecdsa', { bits: 256 });
const PASSWORD = 'open sesame';

/** Takes the password by one method only. */
const answer = (context: AuthContext, method: string): void => {
  if (context.method !== method) context.reject([method as 'password']);
  else if (context.method === 'password' && context.password === PASSWORD) context.accept();
  else if (context.method === 'keyboard-interactive') {
    context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
      if (answers[0] === PASSWORD) context.accept();
      else context.reject();
    });
  } else context.reject();
};

describe.each([['password'], ['keyboard-interactive']])('logging in by %s', (method) => {
  let directory: string;
  let server: Server;
  let options: SshOptions;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'polydev-password-'));
    server = new Server({ hostKeys: [hostKey.private] }, (client) => {
      client.on('error', () => undefined);
      client.on('authentication', (context) => answer(context, method));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const knownHostsFile = join(directory, 'known_hosts');
    writeFileSync(knownHostsFile, `[127.0.0.1]:${port} ${hostKey.public}\n`);
    const env = { PATH: process.env['PATH'], HOME: directory };
    options = { name: 'api', address: '127.0.0.1', port, user: 'deploy', knownHostsFile, env, sshConfigFile: 'none' };
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(directory, { recursive: true });
  });

  test('works with the right one', async () => {
    const host = await connectSsh({ ...options, password: { reveal: () => PASSWORD } });

    expect(host.address).toBe(`deploy@127.0.0.1:${options.port}`);
    await host.close();
  });

  test('fails with a wrong one, which no message repeats', async () => {
    const error: unknown = await connectSsh({ ...options, password: { reveal: () => 'wrong' } }).catch(
      (reason: unknown) => reason,
    );

    expect(error).toMatchObject({ code: 'AUTH_FAILED', message: expect.stringContaining('Tried: password') });
    expect(JSON.stringify(error) + String(error)).not.toContain('wrong');
  });

  test('without one the message says what the host would take', async () => {
    await expect(connectSsh(options)).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining(`The host accepts: ${method}`),
    });
  });
});
