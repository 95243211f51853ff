import { readFileSync, writeFileSync } from 'node:fs';
import { refusalOf } from '../testing/refusal';
import { LATER, secretsWorkspace, type Person, type SecretsWorkspace } from '../testing/workspace';
import { changeSecrets, readSecrets, rotateRecipients } from './index';

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

describe('a change', () => {
  const adding = (name: string, value = 'x') =>
    refusal(() => changeSecrets(w.as(ops), [{ kind: 'add', name, value }], LATER));

  it.each(['', '1A', 'A-B', 'A B', 'A=B', 'A\nB', 'É', '../A', '$(id)', VALUE, 'A'.repeat(201)])(
    'of the name %j is refused without repeating it: it may be the value',
    async (name) => expect((await adding(name)).code).toBe('SECRET_NAME_INVALID'),
  );

  it.each<[string, string]>([
    ['a NUL byte', `${VALUE}\0`],
    ['half a surrogate pair', `${VALUE}\ud800`],
    ['more than a program can be given', VALUE.repeat(10_000)],
  ])('to a value with %s is refused', async (_, value) => {
    expect((await adding('NEW', value)).code).toBe('SECRET_VALUE_INVALID');
  });

  it('of several things does none of them if one cannot be done', async () => {
    const add = { kind: 'add', name: 'NEW', value: '1' } as const;
    const doing = (change: Parameters<typeof changeSecrets>[1][number]) =>
      refusal(() => changeSecrets(w.as(ops), [add, change], LATER));
    expect((await doing({ kind: 'add', name: 'TOKEN', value: '2' })).code).toBe('SECRET_EXISTS');
    expect((await doing({ kind: 'edit', name: 'NONE', value: '2' })).code).toBe('SECRET_UNKNOWN');
    const { message } = await doing({ kind: 'remove', name: 'TOKN' });
    expect(message).toContain('it has TOKEN, URL, NEW');
  });

  it('is refused while the lock of another is there, with the way to take it away', async () => {
    writeFileSync(`${w.file}.new`, '');
    const edit = changeSecrets(w.as(ops), [{ kind: 'remove', name: 'URL' }], LATER);
    await expect(edit).rejects.toMatchObject({
      code: 'SECRETS_BEING_WRITTEN',
      hint: expect.stringContaining('rm -- .env.production.age.new') as string,
    });
    expect(w.files()).toContain('.env.production.age.new');
  });
});

describe('recipients', () => {
  const rotating = (changes: Parameters<typeof rotateRecipients>[1]) =>
    refusal(() => rotateRecipients(w.as(ops), changes));
  const label = 'new';

  it('that are none are refused without repeating what was given', async () => {
    const secret = await rotating({ add: [{ key: secretKey, label }] });
    expect(secret.code).toBe('RECIPIENT_MALFORMED');
    expect(secret.hint).toContain('take it for known');
    for (const key of ['', 'ssh-ed25519 AAAA', `${ops.key.slice(0, -1)}x`, `${ops.key}\nrecipient ${ci.key}`])
      expect((await rotating({ add: [{ key, label }] })).code).toBe('RECIPIENT_MALFORMED');
    const { key } = await w.person('new');
    for (const bad of ['two\nlines', ' padded', 'a\u202eb', 'x'.repeat(101)])
      expect((await rotating({ add: [{ key, label: bad }] })).code).toBe('RECIPIENT_MALFORMED');
  });

  it('that are there already, are not there, or are the last are refused', async () => {
    expect((await rotating({ add: [ops] })).code).toBe('RECIPIENT_EXISTS');
    const unknown = await rotating({ remove: ['nobody'] });
    expect(unknown.code).toBe('RECIPIENT_UNKNOWN');
    expect(unknown.message).toContain(`${ci.key} ci`);
    expect((await rotating({ remove: ['ops', ci.key] })).code).toBe('RECIPIENTS_EMPTY');
  });

  it('that a label does not tell apart have to be named by key', async () => {
    const second = { ...(await w.person('second')), label: 'ci' };
    await rotateRecipients(w.as(ops), { add: [second] });
    expect((await rotating({ remove: ['ci'] })).message).toMatch(/^Each of 2 recipients/);
    await rotateRecipients(w.as(ops), { remove: [second.key] });
    expect((await readSecrets(w.as(ci))).values.has('TOKEN')).toBe(true);
  });
});
