import { statSync } from 'node:fs';
import { LATER, secretsWorkspace, THEN, type Person, type SecretsWorkspace } from '../testing/workspace';
import {
  changeSecrets,
  createSecrets,
  hasSecrets,
  listNames,
  readSecrets,
  rotateRecipients,
  secretsFile,
} from './index';

let w: SecretsWorkspace;
let ops: Person;
let ci: Person;
beforeEach(async () => {
  w = secretsWorkspace();
  [ops, ci] = await Promise.all([w.person('ops'), w.person('ci')]);
});
afterEach(() => w.remove());

const valuesFor = async (person: Person) => Object.fromEntries((await readSecrets(w.as(person))).values.revealAll());

it('every recipient reads the values, and the file shows names, times and recipients only', async () => {
  await w.create([ops, ci], { TOKEN: 'hunter2-canary', DATABASE_URL: 'postgres://u:p@db/x' });
  expect(await valuesFor(ops)).toEqual({ DATABASE_URL: 'postgres://u:p@db/x', TOKEN: 'hunter2-canary' });
  expect(await valuesFor(ci)).toEqual(await valuesFor(ops));
  expect(w.text().split('-----BEGIN')[0]?.split('\n').slice(3)).toEqual([
    'environment production',
    `recipient ${ops.key} ops`,
    `recipient ${ci.key} ci`,
    'name DATABASE_URL 2026-03-01T08:00:00Z',
    'name TOKEN 2026-03-01T08:00:00Z',
    '',
    '',
  ]);
  expect(w.files()).toEqual(['.env.production.age']);
});

it('names and recipients are listed without an identity', async () => {
  await w.create([ops], { TOKEN: 'x' });
  expect(listNames({ root: w.root, environment: 'production' })).toEqual({
    environment: 'production',
    recipients: [{ key: ops.key, label: 'ops' }],
    names: [{ name: 'TOKEN', setAt: '2026-03-01T08:00:00Z' }],
  });
  expect(hasSecrets({ root: w.root, environment: 'production' })).toBe(true);
  expect(hasSecrets({ root: w.root, environment: 'staging' })).toBe(false);
});

it('adds, edits and removes, and a diff shows which value is another', async () => {
  await w.create([ops], { KEPT: '1', EDITED: '1', REMOVED: '1' });
  const result = await changeSecrets(
    w.as(ops),
    [
      { kind: 'add', name: 'ADDED', value: '2' },
      { kind: 'edit', name: 'EDITED', value: '2' },
      { kind: 'remove', name: 'REMOVED' },
    ],
    LATER,
  );
  expect(result).toEqual({ changed: true, notes: [] });
  expect(await valuesFor(ops)).toEqual({ ADDED: '2', EDITED: '2', KEPT: '1' });
  expect(listNames(w.as(ops)).names).toEqual([
    { name: 'ADDED', setAt: '2026-03-02T09:30:00Z' },
    { name: 'EDITED', setAt: '2026-03-02T09:30:00Z' },
    { name: 'KEPT', setAt: '2026-03-01T08:00:00Z' },
  ]);
});

it('a value set to what it is writes nothing, so that there is nothing to commit', async () => {
  await w.create([ops], { TOKEN: 'same' });
  const before = w.text();
  expect(await changeSecrets(w.as(ops), [{ kind: 'edit', name: 'TOKEN', value: 'same' }], LATER)).toMatchObject({
    changed: false,
  });
  expect(w.text()).toBe(before);
});

it('a new recipient reads everything; a removed one nothing that is written afterwards, and the notes tell what is left', async () => {
  await w.create([ops, ci], { TOKEN: 'x' });
  const old = w.text();
  const next = await w.person('next');
  const result = await rotateRecipients(w.as(ops), { add: [next], remove: ['ci'] });
  expect(await valuesFor(next)).toEqual({ TOKEN: 'x' });
  await expect(readSecrets(w.as(ci))).rejects.toMatchObject({ code: 'SECRETS_WRONG_RECIPIENT' });
  expect(result.removed).toEqual([{ key: ci.key, label: 'ci' }]);
  expect(result.notes.join()).toMatch(/still everything in earlier commits: change the values .*\(TOKEN\)/);
  w.write(old);
  expect(await valuesFor(ci)).toEqual({ TOKEN: 'x' });
});

it('who removes themselves is told that they can read no more', async () => {
  await w.create([ops, ci], { TOKEN: 'x' });
  const { notes } = await rotateRecipients(w.as(ops), { remove: [ops.key] });
  expect(notes.join()).toContain('is no recipient any more');
  expect(await valuesFor(ci)).toEqual({ TOKEN: 'x' });
});

it('two who change the file at once: one succeeds, the other is told so, and the file is the first one’s', async () => {
  await w.create([ops], { TOKEN: '0' });
  const edits = ['1', '2', '3', '4'].map((value) =>
    changeSecrets(w.as(ops), [{ kind: 'edit', name: 'TOKEN', value }], LATER).then(
      () => value,
      (error: unknown) => (error as { code: string }).code,
    ),
  );
  const outcomes = await Promise.all(edits);
  const won = outcomes.filter((outcome) => outcome.length === 1);
  expect(won).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === 'SECRETS_CHANGED_MEANWHILE')).toHaveLength(3);
  expect(await valuesFor(ops)).toEqual({ TOKEN: won[0] });
  expect(w.files()).toEqual(['.env.production.age']);
});

it('a file that appears while another is made is not written over', async () => {
  const made = [w.create([ops], { A: '1' }), w.create([ci], { B: '2' })];
  const outcomes = await Promise.allSettled(made);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await expect(w.create([ops])).rejects.toMatchObject({ code: 'SECRETS_FILE_EXISTS' });
});

it('the length of the file does not tell the length of a value', async () => {
  const sizes: number[] = [];
  for (const value of ['', 'short', 'x'.repeat(300)]) {
    const environment = `e${sizes.length}`;
    const changes = [{ kind: 'add', name: 'TOKEN', value }] as const;
    await createSecrets({ root: w.root, environment }, { recipients: [ops], changes, now: THEN });
    sizes.push(statSync(secretsFile(w.root, environment).path).size);
  }
  expect(new Set(sizes).size).toBe(1);
});

describe('round trips', () => {
  const nasty: Readonly<Record<string, string>> = {
    EMPTY: '',
    SPACES: '  leading and trailing \t ',
    LINES: '-----BEGIN PRIVATE KEY-----\nMII\r\n\n-----END PRIVATE KEY-----\n',
    ARMOR: '\n\n-----BEGIN AGE ENCRYPTED FILE-----\n',
    CONFLICT: '\n<<<<<<< ours\n=======\n>>>>>>> theirs\n',
    QUOTES: `'"\`$(id) \${HOME} \\n %s # not a comment`,
    UNICODE: 'ключ 🔑 \u{202e} \u2028 \ufeff',
    CONTROL: '\u0001\u001b[2J\u007f',
    LONG: 'x'.repeat(100_000),
    __proto__x: 'name',
    toString: 'a name of Object’s',
    _: '1',
  };

  it('what any shell, parser or prototype might trip over comes back as it was given', async () => {
    const own = Object.entries(nasty).concat([['__proto__', 'own']]);
    const changes = own.map(([name, value]) => ({ kind: 'add', name, value }) as const);
    await createSecrets({ root: w.root, environment: 'production' }, { recipients: [ops, ci], changes, now: THEN });
    const { values } = await readSecrets(w.as(ci));
    expect([...values.revealAll()].sort()).toEqual([...own].sort());
    await rotateRecipients(w.as(ci), { remove: ['ops'] });
    expect((await readSecrets(w.as(ci))).values.revealAll()).toEqual(values.revealAll());
  });
});
