import { type Head, listNames, readSecrets } from '@polydev/secrets';
import { leaksInDirectories, leaksInTexts, plantCanary, watchProcesses } from '@polydev/secrets/testing';
import { execa } from 'execa';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeWorkspace, ownEnvironment, type Workspace } from '../testing/workspace';

// Each command starts npm and a process that loads its sources, and the machine may have other things to do.
jest.setTimeout(240_000);

const DOOR = resolve(__dirname, '../bin/secrets.cjs');
const MANIFEST =
  'version: 1.0\ntargets:\n  api: { path: /opt/api, secrets: [SESSION_KEY] }\nenvironments:\n  production: { hosts: [box] }\n';

let workspace: Workspace;
let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'polydev-home-'));
  workspace = makeWorkspace({
    'package.json': { name: 'mine', private: true, scripts: { secrets: `node ${DOOR}` } },
    '.deploy.yaml': MANIFEST,
  });
});
afterAll(() => {
  workspace.remove();
  rmSync(home, { recursive: true });
});

/** What a person has in their shell: public keys by name, an editor. */
const shell: Record<string, string> = {};
const environment = () => ({ ...ownEnvironment(), NX_DAEMON: 'false', HOME: home, TMPDIR: home, ...shell });
const type = (command: string, input = '') =>
  execa('sh', ['-c', command], {
    cwd: workspace.root,
    input,
    all: true,
    reject: false,
    extendEnv: false,
    env: environment(),
  });
const good = async (command: string, input = ''): Promise<string> => {
  const { exitCode, all } = await type(command, input);
  expect({ command, exitCode, all }).toEqual({ command, exitCode: 0, all });
  return all;
};
const place = () => ({ root: workspace.root, environment: 'production', env: { HOME: home } });
const valueOf = async (name: string): Promise<string | undefined> => (await readSecrets(place())).values.reveal(name);
const head = (): Head => listNames(place());
const identityFile = () => join(home, '.config/polydev/age-identity.txt');

/** The same at a terminal: what it shows, and what is typed once it asks. */
const typeAtTerminal = async (command: string, answer: string): Promise<string> => {
  const run = execa('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: workspace.root,
    all: true,
    reject: false,
    extendEnv: false,
    env: environment(),
    stdin: 'pipe',
  });
  let shown = '';
  run.all.on('data', (chunk: Buffer) => {
    const before = shown;
    shown += chunk.toString();
    if (!before.includes('Value of') && shown.includes('Value of')) run.stdin.write(`${answer}\r`);
  });
  const { exitCode } = await run;
  expect({ shown, exitCode }).toEqual({ shown, exitCode: 0 });
  return shown;
};

// One story: the page’s own, from its first command to its last.
describe('the page about secrets, word for word', () => {
  const canary = plantCanary();

  test('an identity is kept for its owner alone, and its public key is printed', async () => {
    const all = await good('npm run secrets -- new-identity');
    const key = /age1\w+/.exec(all)?.[0];
    expect(readFileSync(identityFile(), 'utf8')).toContain(key);
    expect(statSync(identityFile()).mode & 0o777).toBe(0o600);
    expect(all).not.toContain('AGE-SECRET-KEY');
    shell['ADA'] = key ?? '';
    for (const name of ['CI_KEY', 'BOB']) {
      const file = join(home, name);
      shell[name] = /age1\w+/.exec(await good(`npm run secrets -- new-identity --file=${file}`))?.[0] ?? '';
    }
  });

  test('the file of an environment is made for those who may read it', async () => {
    await good('npm run secrets -- create --recipient="$ADA Ada" --recipient="$CI_KEY CI" -c production');
    expect(head()).toMatchObject({ environment: 'production', recipients: [{ label: 'Ada' }, { label: 'CI' }] });
  });

  test('a value is typed at a terminal without being shown', async () => {
    const shown = await typeAtTerminal('npm run secrets -- add SESSION_KEY -c production', canary.value);
    expect(leaksInTexts(canary, { shown })).toEqual([]);
    expect(await valueOf('SESSION_KEY')).toBe(canary.value);
  });

  test('or comes from standard input, without its last line end', async () => {
    await good('head -c 32 /dev/urandom | base64 | npm run secrets -- add API_TOKEN -c production');
    expect(await valueOf('API_TOKEN')).toMatch(/^[\w+/]{43}=$/);
  });

  test('names are listed, with who can read them, and no value', async () => {
    const all = await good('npm run secrets -- list -c production');
    expect(all).toMatch(/API_TOKEN +\d{4}-[^]*SESSION_KEY +\d{4}-[^]*Ada +age1[^]*CI +age1/);
    expect(leaksInTexts(canary, { all })).toEqual([]);
  });

  test('a value is changed, from standard input or in an editor that gets it from memory', async () => {
    await good('npm run secrets -- edit SESSION_KEY -c production', `${canary.value}!\n`);
    expect(await valueOf('SESSION_KEY')).toBe(`${canary.value}!`);
    const editor = join(home, 'editor');
    writeFileSync(editor, '#!/bin/sh\necho "$1 $(stat -c %a "$1") $(stat -f -c %T "$1")"\necho again >> "$1"\n');
    chmodSync(editor, 0o755);
    shell['EDITOR'] = editor;
    const watch = await watchProcesses(canary);
    const all = await good('npm run secrets -- edit SESSION_KEY --editor -c production');
    expect(await watch.stop()).toEqual([]);
    expect(await valueOf('SESSION_KEY')).toBe(`${canary.value}!\nagain`);
    const [, file = '', mode, kind] = /^(\/\S+) (\d+) (\w+)$/m.exec(all) ?? [];
    expect([mode, kind, existsSync(file)]).toEqual(['600', 'tmpfs', false]);
    expect(readdirSync(resolve(file, '../..')).filter((name) => name === resolve(file, '..'))).toEqual([]);
  });

  test('an editor that fails changes nothing', async () => {
    shell['EDITOR'] = 'false';
    const { exitCode, all } = await type('npm run secrets -- edit SESSION_KEY --editor -c production');
    expect([exitCode, all]).toEqual([1, expect.stringContaining('[SECRET_EDITOR_REFUSED]')]);
    expect(await valueOf('SESSION_KEY')).toBe(`${canary.value}!\nagain`);
  });

  test('a value is removed', async () => {
    await good('npm run secrets -- remove API_TOKEN -c production');
    expect(head().names.map(({ name }) => name)).toEqual(['SESSION_KEY']);
  });

  test('readers come and go; who is removed is said to know what is there now', async () => {
    await good('npm run secrets -- rotate --add="$BOB Bob" -c production');
    const all = await good('npm run secrets -- rotate --remove=Ada -c production');
    expect(all).toMatch(/still everything in earlier commits[^]*SESSION_KEY/);
    expect(head().recipients.map(({ label }) => label)).toEqual(['CI', 'Bob']);
    const { all: refused } = await type('npm run secrets -- edit SESSION_KEY -c production', 'x');
    expect(refused).toContain('[SECRETS_WRONG_RECIPIENT]');
  });

  test('a value that is typed where a name belongs is not repeated', async () => {
    shell['AGE_IDENTITY_FILE'] = join(home, 'BOB');
    const typed = [`add TOKEN '${canary.needles[0]}'`, `add '${canary.needles[0]} x'`, `'${canary.needles[0]}'`];
    for (const words of typed) {
      const { stderr, exitCode } = await execa('sh', ['-c', `node ${DOOR} ${words} -c production`], {
        cwd: workspace.root,
        input: '',
        reject: false,
        extendEnv: false,
        env: environment(),
      });
      expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/\[(OPTION_INVALID|SECRET_NAME_INVALID)\]/)]);
      expect(leaksInTexts(canary, { stderr })).toEqual([]);
    }
  });

  test('no value was left anywhere', () => {
    expect(leaksInDirectories(canary, [workspace.root, home])).toEqual([]);
  });
});
