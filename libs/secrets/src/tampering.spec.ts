import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { refusalOf } from '../testing/refusal';
import { LATER, secretsWorkspace, THEN, type Person, type SecretsWorkspace } from '../testing/workspace';
import { changeSecrets, createSecrets, listNames, readSecrets, rotateRecipients } from './index';

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
const reading = () => codeOf(() => readSecrets(w.as(ops)));

describe('a file that is not what was written', () => {
  const swapLines = (text: string, a: string, b: string) => text.replace(a, '\0').replace(b, a).replace('\0', b);

  const armored = (text: string, change: (lines: string[]) => void) => {
    const lines = text.split('\n');
    change(lines);
    return lines.join('\n');
  };

  it.each<[string, (text: string) => string]>([
    ['a name less', (text) => text.replace(/^name URL .*\n/m, '')],
    ['a name more', (text) => text.replace(/^name URL/m, 'name ADDED 2026-03-01T08:00:00Z\nname URL')],
    ['another name', (text) => text.replace('name URL', 'name URI')],
    ['two names that have changed places', (text) => swapLines(text, 'name TOKEN', 'name URL')],
    ['another time', (text) => text.replace('T08:00:00Z', 'T09:00:00Z')],
    ['another label', (text) => text.replace(' ops\n', ' boss\n')],
    ['a comment more', (text) => text.replace('\nenvironment', '\n# all is well\nenvironment')],
    ['a recipient less', (text) => text.replace(/^recipient .* ci\n/m, '')],
    [
      'a character of a value’s ciphertext changed',
      (text) =>
        armored(text, (lines) => {
          const at = lines.length - 4;
          lines[at] = (lines[at] ?? '').replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
        }),
    ],
    ['a line of the ciphertext gone', (text) => armored(text, (lines) => void lines.splice(lines.length - 5, 1))],
    [
      'two lines of the ciphertext that have changed places',
      (text) =>
        armored(text, (lines) => {
          const [line = ''] = lines.splice(lines.length - 5, 1);
          lines.splice(lines.length - 6, 0, line);
        }),
    ],
    ['the ciphertext cut off', (text) => armored(text, (lines) => void lines.splice(lines.length - 9, 7))],
    ['the end cut off', (text) => text.slice(0, -40)],
  ])('with %s is refused as tampered with', async (_, tamper) => {
    const text = tamper(w.text());
    expect(text).not.toBe(w.text());
    w.write(text);
    const { code, message } = await refusal(() => readSecrets(w.as(ops)));
    expect(code).toBe('SECRETS_TAMPERED');
    expect(message).toContain('None of its values was used, and nothing was changed.');
    expect(await codeOf(() => changeSecrets(w.as(ops), [{ kind: 'remove', name: 'URL' }], LATER))).toBe(code);
    expect(await codeOf(() => rotateRecipients(w.as(ops), { remove: ['ci'] }))).toBe(code);
  });

  it('who adds themselves to the list of recipients is not encrypted for at the next change', async () => {
    const mallory = await w.person('mallory');
    w.write(w.text().replace('name TOKEN', `recipient ${mallory.key} ci-2\nname TOKEN`));
    const edit = () => changeSecrets(w.as(ops), [{ kind: 'edit', name: 'TOKEN', value: 'new' }], LATER);
    expect(await codeOf(edit)).toBe('SECRETS_TAMPERED');
  });

  it('the ciphertext of an older file does not go with the names of a newer', async () => {
    const old = w.text();
    await changeSecrets(w.as(ops), [{ kind: 'edit', name: 'TOKEN', value: 'new' }], LATER);
    const [head] = w.text().split('-----BEGIN');
    w.write(`${head}-----BEGIN${old.split('-----BEGIN')[1]}`);
    expect(await reading()).toBe('SECRETS_TAMPERED');
  });

  it('another environment’s file under this one’s name is refused, even by the list of names', async () => {
    const staging = { root: w.root, environment: 'staging' };
    await createSecrets(staging, { recipients: [ops], now: THEN });
    const other = `${w.root}/.env.staging.age`;
    const text = readFileSync(other, 'utf8');
    rmSync(other);
    w.write(text);
    expect(() => listNames(w.as(ops))).toThrow(/values of the environment staging/);
    w.write(text.replace('environment staging', 'environment production'));
    expect(await reading()).toBe('SECRETS_TAMPERED');
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['nothing', () => '', /:1 .*first line/],
    ['a plain file of variables', () => `TOKEN=${VALUE}\n`, /:1 .*first line/],
    ['JSON', () => '{"a": 1}', /:1 .*first line/],
    ['a newer form', (text) => text.replace('secrets 1', 'secrets 2'), /newer version/],
    ['a word we do not know', (text) => text.replace('name TOKEN', `${VALUE} TOKEN`), /:7 .*none of/],
    ['a plain value beside a name', (text) => text.replace('name TOKEN', `name TOKEN=${VALUE}`), /:7 .*when its value/],
    ['a name twice', (text) => text.replace('name URL', 'name TOKEN'), /a name stands in it twice/],
    ['no environment', (text) => text.replace(/^environment.*\n/m, ''), /environment is missing/],
    ['a recipient that is none', (text) => text.replace(ci.key, 'ssh-ed25519'), /:6 .*public key/],
    ['no encrypted part', (text) => text.split('-----BEGIN')[0] ?? '', /encrypted part is missing|none of/],
    ['a merge conflict', (text) => text.replace('name TOKEN', '<<<<<<< HEAD\nname TOKEN'), /:7 .*merge conflict/],
  ])('with %s in it is refused with its line, and nothing of it is repeated', async (_, change, reason) => {
    w.write(change(w.text()));
    const { code, message } = await refusal(() => readSecrets(w.as(ops)));
    expect(code).toBe('SECRETS_MALFORMED');
    expect(message).toMatch(reason);
  });

  it('that was checked out with other line ends is read', async () => {
    w.write(w.text().replaceAll('\n', '\r\n'));
    expect((await readSecrets(w.as(ops))).values.reveal('TOKEN')).toBe(VALUE);
  });

  it('that is not there, or a directory, is said so', async () => {
    const staging = { ...w.as(ops), environment: 'staging' };
    expect((await refusal(() => readSecrets(staging))).message).toMatch(/^staging has no encrypted values/);
    rmSync(w.file);
    mkdirSync(w.file);
    await expect(readSecrets(w.as(ops))).rejects.toMatchObject({ code: 'SECRETS_FILE_UNREADABLE' });
  });
});
