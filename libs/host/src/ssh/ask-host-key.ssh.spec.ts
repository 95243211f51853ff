import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSsh } from '../../testing/describe-ssh';
import { freePort, startSshd, type TestSshd } from '../../testing/sshd';
import { makeKey } from '../../testing/keys';
import { askHostKey, withHostKey } from '..';

describeSsh('asking a host for its key', () => {
  let sshd: TestSshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  let count = 0;
  const file = (text: string): string => {
    count += 1;
    const path = join(sshd.directory, `asked-${count}`);
    writeFileSync(path, text);
    return path;
  };
  const ask = (text: string) => askHostKey(sshd.options({ knownHostsFile: file(text) }));

  test('it shows what ssh-keygen prints, without anybody logging in', async () => {
    const shown = await askHostKey(sshd.options({ knownHostsFile: file(''), identityFile: '/nowhere' }));
    expect(shown).toMatchObject({
      host: 'test-host',
      name: `[127.0.0.1]:${sshd.port}`,
      type: 'ssh-ed25519',
      fingerprint: sshd.fingerprints[0],
      state: 'unknown',
      known: [],
    });
    expect(await ask(withHostKey('', shown))).toMatchObject({ state: 'known' });
  });

  test('it tells a changed key and a revoked one from one that nobody knows', async () => {
    const other = makeKey(join(sshd.directory, 'another'));
    const changed = await ask(sshd.knownHostsLine({ key: other }));
    expect(changed).toMatchObject({ state: 'changed', known: [{ place: expect.stringMatching(/:1$/) }] });
    const text = withHostKey(sshd.knownHostsLine({ key: other }), changed, { replace: true });
    expect(await ask(text)).toMatchObject({ state: 'known', known: [{ fingerprint: sshd.fingerprints[0] }] });
    expect(await ask(`@revoked ${sshd.knownHostsLine()}`)).toMatchObject({ state: 'revoked' });
  });

  test('a host that is not there cannot be reached', async () => {
    await expect(askHostKey(sshd.options({ port: await freePort() }))).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
    });
  });
});
