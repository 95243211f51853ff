import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LATER, secretsWorkspace, type Person, type SecretsWorkspace } from '../testing/workspace';
import { changeSecrets, readSecrets, rotateRecipients } from './index';

const installed = (program: string) =>
  (process.env['PATH'] ?? '').split(delimiter).some((directory) => existsSync(join(directory, program)));

if (!installed('age') || !installed('age-keygen'))
  throw new Error('These tests need the program age: apt-get install age.');

let w: SecretsWorkspace;
let ops: Person;
beforeEach(async () => {
  w = secretsWorkspace();
  ops = await w.person('ops');
});
afterEach(() => w.remove());

/** The armored part alone, as the documentation tells people to cut it out. */
const armored = () => execFileSync('sed', ['-n', '/^-----BEGIN AGE/,$p', w.file]);
const decrypted = (identityFile: string) =>
  JSON.parse(
    execFileSync('age', ['--decrypt', '--identity', identityFile], {
      input: armored(),
      encoding: 'utf8',
      stdio: 'pipe',
    }),
  ) as { values: unknown };

it('age itself decrypts what we wrote, for every recipient and after every change', async () => {
  const ci = await w.person('ci');
  await w.create([ops, ci], { KEY: 'line 1\nline "2"\n', TOKEN: 'ключ' });
  expect(decrypted(ops.identityFile).values).toEqual({ KEY: 'line 1\nline "2"\n', TOKEN: 'ключ' });
  await changeSecrets(w.as(ops), [{ kind: 'edit', name: 'TOKEN', value: 'x'.repeat(100_000) }], LATER);
  expect(decrypted(ci.identityFile).values).toMatchObject({ TOKEN: 'x'.repeat(100_000) });
  await rotateRecipients(w.as(ops), { remove: ['ci'] });
  expect(() => decrypted(ci.identityFile)).toThrow(/no identity matched/);
});

it('an identity made by age-keygen is one, and age-keygen knows ours', async () => {
  const file = join(w.root, 'identity');
  execFileSync('age-keygen', ['-o', file], { stdio: 'pipe' });
  const key = execFileSync('age-keygen', ['-y', file], { encoding: 'utf8' }).trim();
  const theirs: Person = { key, label: 'theirs', identityFile: file, env: { AGE_IDENTITY_FILE: file } };
  await w.create([theirs], { TOKEN: 'x' });
  expect((await readSecrets(w.as(theirs))).values.reveal('TOKEN')).toBe('x');
  expect((await readSecrets({ ...w.as(theirs), env: { AGE_IDENTITY: readFileSync(file, 'utf8') } })).notes).toEqual([]);
  expect(execFileSync('age-keygen', ['-y', ops.identityFile], { encoding: 'utf8' }).trim()).toBe(ops.key);
});

it('what a recipient encrypted with age, without our commands, is refused: it does not belong to the list of names', async () => {
  await w.create([ops], { TOKEN: 'x' });
  const [head = ''] = w.text().split('-----BEGIN');
  const forged = execFileSync('age', ['--armor', '--recipient', ops.key], {
    input: JSON.stringify({ values: { TOKEN: 'forged' } }),
    encoding: 'utf8',
  });
  writeFileSync(w.file, head + forged);
  await expect(readSecrets(w.as(ops))).rejects.toMatchObject({ code: 'SECRETS_TAMPERED' });
});
