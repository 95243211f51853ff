import { chmodSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { keyFingerprint, parseSigners, readSigners } from '..';
import { keyRing, signersOf } from '../../testing/keys';
import { check, sign } from './keygen';
import { namesOfPerson } from './signers';

const ring = keyRing();
const key = ring.make('key');
const signers = signersOf(['operator@example.org,operator', key]);
afterAll(() => ring.remove());

const TEXT = 'what is signed\n"with" everything: $(touch x) \u00e4';

it.each(['ed25519', 'rsa', 'ecdsa'])('verifies what an %s key signed, and names its owner', async (type) => {
  const one = ring.make(`of-type-${type}`, { type });
  const signature = await sign(TEXT, 'audit@polydev', one);
  const found = await check(
    { text: TEXT, signature, namespace: 'audit@polydev' },
    signersOf(['operator@example.org', one]),
  );
  expect(found).toMatchObject({ kind: 'good', signer: { names: ['operator@example.org'] } });
});

it('refuses a signature of another text', async () => {
  const signature = await sign(TEXT, 'audit@polydev', key);
  expect(await check({ text: `${TEXT} `, signature, namespace: 'audit@polydev' }, signers)).toMatchObject({
    kind: 'refused',
  });
});

it('refuses a signature of which a byte was changed', async () => {
  const lines = (await sign(TEXT, 'audit@polydev', key)).split('\n');
  const last = lines.length - 3;
  lines[last] = (lines[last]!.startsWith('A') ? 'B' : 'A') + lines[last]!.slice(1);
  const found = await check({ text: TEXT, signature: lines.join('\n'), namespace: 'audit@polydev' }, signers);
  expect(found.kind).toBe('refused');
});

it('refuses a key for a purpose that its line does not name', async () => {
  const signature = await sign(TEXT, 'approval@polydev', key);
  const only = signersOf(['operator@example.org', key, 'namespaces="audit@polydev"']);
  expect(await check({ text: TEXT, signature, namespace: 'approval@polydev' }, only)).toMatchObject({
    kind: 'refused',
  });
});

/** Runs with another value of an environment variable. */
const withEnv = async <T>(name: string, value: string, run: () => Promise<T>): Promise<T> => {
  const before = process.env[name];
  process.env[name] = value;
  try {
    return await run();
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before;
  }
};

it('leaves no temporary file behind', async () => {
  const signature = await sign(TEXT, 'audit@polydev', key);
  const own = join(ring.directory, 'temporary');
  mkdirSync(own);
  const verify = () => check({ text: TEXT, signature, namespace: 'audit@polydev' }, signers);
  expect([(await withEnv('TMPDIR', own, verify)).kind, readdirSync(own)]).toEqual(['good', []]);
});

it('does not call a signature forged where there is no ssh-keygen to check it', async () => {
  const signature = await sign(TEXT, 'audit@polydev', key);
  const missing = { code: 'SSH_KEYGEN_MISSING', hint: expect.stringContaining('openssh-client') };
  await withEnv('PATH', ring.directory, async () => {
    await expect(sign(TEXT, 'audit@polydev', key)).rejects.toMatchObject(missing);
    await expect(check({ text: TEXT, signature, namespace: 'audit@polydev' }, signers)).rejects.toMatchObject(missing);
  });
});

it('asks nobody for a passphrase', async () => {
  const guarded = ring.make('guarded', { passphrase: 'a passphrase' });
  await expect(sign(TEXT, 'audit@polydev', guarded)).rejects.toMatchObject({
    code: 'SIGNING_FAILED',
    message: expect.stringContaining(guarded.file),
    hint: expect.stringContaining('ssh-add -l'),
  });
});

it('takes no line of what is signed for the passphrase', async () => {
  const guarded = ring.make('guarded-too', { passphrase: 'a passphrase' });
  await expect(sign('a passphrase\n', 'audit@polydev', guarded)).rejects.toMatchObject({ code: 'SIGNING_FAILED' });
});

it('says which key is not there', async () => {
  const file = join(ring.directory, 'absent');
  await expect(sign(TEXT, 'audit@polydev', { file })).rejects.toMatchObject({
    code: 'SIGNING_FAILED',
    message: expect.stringMatching(/absent.*No such file/),
  });
});

it('says that a private key may be read by others', async () => {
  const open = ring.make('open');
  chmodSync(open.file, 0o644);
  await expect(sign(TEXT, 'audit@polydev', open)).rejects.toMatchObject({ code: 'SIGNING_FAILED' });
});

it('signs with a key that only an agent holds', async () => {
  const held = ring.make('held', { passphrase: 'a passphrase' });
  const socket = join(ring.directory, 'agent');
  const agent = execa('ssh-agent', ['-D', '-a', socket], { reject: false });
  try {
    const askpass = join(ring.directory, 'askpass');
    writeFileSync(askpass, '#!/bin/sh\necho a passphrase\n', { mode: 0o700 });
    const env = { SSH_AUTH_SOCK: socket, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' };
    await until(() => readdirSync(ring.directory).includes('agent'));
    await execa('ssh-add', [held.file], { env, stdin: 'ignore' });
    renameSync(held.file, `${held.file}.away`);
    const signature = await sign(TEXT, 'audit@polydev', { file: `${held.file}.pub`, agent: socket });
    const known = signersOf(['operator@example.org', held]);
    expect(await check({ text: TEXT, signature, namespace: 'audit@polydev' }, known)).toMatchObject({ kind: 'good' });
  } finally {
    agent.kill();
    await agent;
  }
});

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
};

const BLOB = key.text;
const WRONG: [string, string, string][] = [
  [
    'a pattern',
    `*@example.org ${BLOB}`,
    'line 1: a name should be an address or a login, without patterns: "*@example.org"',
  ],
  ['a negation', `a@example.org,!b ${BLOB}`, 'line 1: a name should be an address or a login, without patterns: "!b"'],
  [
    'a certificate authority',
    `a@example.org cert-authority ${BLOB}`,
    'line 1: cert-authority is not supported: list each key',
  ],
  ['no key', '# keys\n\na@example.org', 'line 3: should be `<names> [options] <key type> <key>`'],
  ['a cut key', 'a@example.org ssh-ed25519 AAAA', 'line 1: the key is cut off'],
  [
    'options apart',
    `a@example.org namespaces="x" valid-before="20300101" ${BLOB}`,
    'line 1: options belong together, with commas and no spaces between them',
  ],
  ['one key twice', `a@example.org ${BLOB}\nb@example.org ${BLOB}`, 'line 2: its key stands on another line too'],
];
it.each(WRONG)('refuses an allowed-signers file with %s', (_, text, message) => {
  expect(() => parseSigners(text, 'signers')).toThrow(
    expect.objectContaining({ code: 'SIGNERS_UNREADABLE', message: expect.stringContaining(message) }),
  );
});

it('tells every line that is wrong at once', () => {
  expect(() => parseSigners('a\nb\n', 'signers')).toThrow(/line 1: .*\n.*line 2: /);
});

it('takes lines that share a name for one person, whatever the case', () => {
  const second = ring.make('second');
  const third = ring.make('third');
  const people = signersOf(['a@example.org,login', key], ['Login,b@example.org', second], ['c@example.org', third]);
  expect([...namesOfPerson(people, ['B@example.org'])].sort()).toEqual(['a@example.org', 'b@example.org', 'login']);
  expect([...namesOfPerson(people, ['nobody'])]).toEqual([]);
});

it('tells a key by its fingerprint, also where only the public one is at hand', async () => {
  const [fingerprint] = signers.all.map((one) => one.fingerprint);
  expect(await keyFingerprint(key)).toBe(fingerprint);
  expect(await keyFingerprint({ file: `${key.file}.pub` })).toBe(fingerprint);
  await expect(keyFingerprint({ file: join(ring.directory, 'none') })).rejects.toMatchObject({
    code: 'SIGNING_FAILED',
  });
});

it('believes nobody where the file of those who may sign is not there', async () => {
  const file = join(ring.directory, 'allowed_signers');
  await expect(readSigners(file)).rejects.toMatchObject({ code: 'SIGNERS_UNREADABLE' });
  writeFileSync(file, signers.text);
  expect((await readSigners(file)).all).toEqual(signers.all);
});
