import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { refusalOf } from '../../testing/refusal';
import { secretsWorkspace, type Person, type SecretsWorkspace } from '../../testing/workspace';
import { newIdentity, readSecrets, rotateRecipients } from '../index';

const VALUE = 'hunter2-canary';
let w: SecretsWorkspace;
let ops: Person;
let ci: Person;
let secretKey: string;
beforeEach(async () => {
  w = secretsWorkspace();
  [ops, ci] = await Promise.all([w.person('ops'), w.person('ci')]);
  secretKey = readFileSync(ops.identityFile, 'utf8').split('\n')[1] ?? '';
  await w.create([ops, ci], { TOKEN: VALUE, URL: 'https://x' });
});
afterEach(() => w.remove());

const refusal = (doing: () => Promise<unknown>) => refusalOf(w, [VALUE, secretKey.slice(16, 36)], doing);
const codeOf = async (doing: () => Promise<unknown>) => (await refusal(doing)).code;

describe('an identity', () => {
  const withFile = (text: string, mode = 0o600) => {
    writeFileSync(ops.identityFile, text);
    chmodSync(ops.identityFile, mode);
    return readSecrets(w.as(ops));
  };

  it('that is no recipient is refused, with the public keys of both sides', async () => {
    const { message, code, hint } = await refusal(async () => readSecrets(w.as(await w.person('other'))));
    expect(code).toBe('SECRETS_WRONG_RECIPIENT');
    expect(message).toContain(`${ops.key} ops`);
    expect(hint).toMatch(/rotate --add=age1/);
  });

  it('is taken from AGE_IDENTITY, else from the file that is named, else from the default one', async () => {
    const place = { root: w.root, environment: 'production' };
    const read = async (env: Record<string, string>) => (await readSecrets({ ...place, env })).values.names;
    expect(await read({ AGE_IDENTITY: secretKey, AGE_IDENTITY_FILE: '/nowhere' })).toEqual(['TOKEN', 'URL']);
    mkdirSync(`${w.root}/../home/.config/polydev`, { recursive: true });
    copyFileSync(ops.identityFile, `${w.root}/../home/.config/polydev/age-identity.txt`);
    expect(await read({ HOME: `${w.root}/../home`, AGE_IDENTITY: '' })).toEqual(['TOKEN', 'URL']);
    expect(await read({ HOME: '/nowhere', XDG_CONFIG_HOME: `${w.root}/../home/.config` })).toEqual(['TOKEN', 'URL']);
  });

  it('may be a post-quantum one', async () => {
    const { generateHybridIdentity, identityToRecipient } = await import('age-encryption');
    const identity = await generateHybridIdentity();
    const key = await identityToRecipient(identity);
    await rotateRecipients(w.as(ops), { add: [{ key, label: 'later' }], remove: ['ops', 'ci'] });
    const { values } = await readSecrets({ ...w.as(ops), env: { AGE_IDENTITY: identity } });
    expect(values.reveal('TOKEN')).toBe(VALUE);
  });

  it('that is nowhere is said with the places looked at', async () => {
    const place = { root: w.root, environment: 'production' };
    const { message } = await refusal(() => readSecrets({ ...place, env: { HOME: '/nowhere' } }));
    expect(message).toContain('AGE_IDENTITY, AGE_IDENTITY_FILE (neither is set), /nowhere/.config/polydev/');
    expect(await codeOf(() => readSecrets({ ...place, env: { AGE_IDENTITY_FILE: '/nowhere/key' } }))).toBe(
      'IDENTITY_MISSING',
    );
  });

  it.each<[string, (key: string) => string, RegExp]>([
    ['nothing', () => '# only a comment\n', /no identity/],
    ['half of one', (key) => key.slice(0, 40), /line 1, .*not a whole identity/],
    ['a wrong character', (key) => `# mine\n${key.slice(0, -1)}${key.endsWith('Q') ? 'P' : 'Q'}`, /line 2, .*whole/],
    ['words', () => `${VALUE} ${VALUE}`, /no `AGE-SECRET-KEY-1…`/],
    ['a public key', () => ops.key, /a public key/],
    ['one under a passphrase', () => '-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n', /passphrase/],
    ['an SSH key', () => '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n', /SSH/],
    ['a good one and a bad one', (key) => `${key}\n${key.slice(1)}\n`, /line 2, /],
  ])('file with %s in it is refused with its line', async (_, text, reason) => {
    const error = await refusal(() => withFile(text(secretKey)));
    expect(error.code).toBe('IDENTITY_MALFORMED');
    expect(error.message).toMatch(reason);
  });

  it('in the place of its path, and a path in the place of it, is refused', async () => {
    const place = { root: w.root, environment: 'production' };
    const path = await refusal(() => readSecrets({ ...place, env: { AGE_IDENTITY: ops.identityFile } }));
    expect(path.message).toContain('AGE_IDENTITY_FILE');
    const key = await refusal(() => readSecrets({ ...place, env: { AGE_IDENTITY_FILE: secretKey } }));
    expect(key.code).toBe('IDENTITY_MALFORMED');
  });

  it('that others can read works, and a note says how to mend it', async () => {
    const { values, notes } = await withFile(secretKey, 0o644);
    expect(values.reveal('TOKEN')).toBe(VALUE);
    expect(notes).toEqual([expect.stringMatching(/mode 0644\): `chmod 600 /)]);
    expect((await readSecrets(w.as(ci))).notes).toEqual([]);
  });

  it('never takes the place of another', async () => {
    const before = readFileSync(ops.identityFile, 'utf8');
    expect(await codeOf(() => newIdentity({ env: ops.env }))).toBe('IDENTITY_FILE_EXISTS');
    expect(readFileSync(ops.identityFile, 'utf8')).toBe(before);
    expect(await codeOf(() => newIdentity({ env: {}, file: `${ops.identityFile}/below` }))).toBe(
      'IDENTITY_NOT_WRITTEN',
    );
  });
});
