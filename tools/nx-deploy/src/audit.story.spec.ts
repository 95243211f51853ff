import { sshdMissing, startSshd, type TestSshd } from '@polydev/host/testing';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeWorkspace, project, type Workspace } from '../testing/workspace';

const missing = sshdMissing();
const describeSsh = missing === undefined || process.env['CI'] ? describe : describe.skip;
if (missing !== undefined) console.warn(missing);

// Nx starts a process for every task, and the machine may have other things to do.
jest.setTimeout(600_000);

let sshd: TestSshd;
let workspace: Workspace;
let keys: string;

const manifest = (): string => `version: 1.0
state_dir: ${sshd.directory}/state
targets:
  api: { path: ${sshd.directory}/opt/api }
environments:
  sandbox:
    allowed_signers: deploy/allowed_signers
    hosts:
      - { name: box, address: 127.0.0.1, port: ${sshd.port}, user: ${sshd.user}, identity_file: ${sshd.clientKey.path}, known_hosts: ${sshd.knownHostsFile} }
`;
const makeKey = (name: string): string => {
  const file = join(keys, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file], { stdio: 'ignore' });
  return file;
};
const fingerprint = (file: string): string =>
  execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' }).split(' ')[1] ?? '';

const state = (...path: string[]): string => join(sshd.directory, 'state', ...path);
const log = (): string => state('audit.jsonl');
const lines = (): readonly string[] => readFileSync(log(), 'utf8').split('\n').filter(Boolean);
const write = (some: readonly string[]): void => writeFileSync(log(), some.map((line) => `${line}\n`).join(''));
const live = (): string => readFileSync(join(sshd.directory, 'opt/api/source.txt'), 'utf8').trim();
const releases = (): readonly string[] =>
  readdirSync(state('targets/api/releases'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
/** What somebody does who may write a release and not sign: another file, and a list that fits it. */
const forge = (release: string): void => {
  const [file, list] = [
    state('targets/api/releases', release, 'source.txt'),
    state('targets/api/releases', `${release}.mtree`),
  ];
  const before = readFileSync(file, 'utf8');
  const evil = before.replace(/./g, 'x');
  writeFileSync(file, evil);
  writeFileSync(list, readFileSync(list, 'utf8').replace(sha256(before), sha256(evil)));
};

const nx = (task: string, ...options: string[]) =>
  workspace.nx(['run', task, ...options, '--output-style=static'], { DEPLOY_SIGNING_KEY: join(keys, 'deployer') });
const deploy = async (version: string): Promise<void> => {
  workspace.commit({ 'apps/api/source.txt': `api ${version}\n` });
  const answer = await nx('api:deploy');
  expect({ version, exitCode: answer.exitCode, all: answer.exitCode === 0 ? '' : answer.all }).toEqual({
    version,
    exitCode: 0,
    all: '',
  });
};
/** Nx prints the task's name before its result. */
const logAsJson = async (...options: string[]) => {
  const { stdout } = await nx('api:audit', '--json', ...options);
  return JSON.parse(stdout.split('\n').find((line) => line.startsWith('{')) ?? '');
};
const verify = () => nx('api:audit', '--verify');

beforeAll(async () => {
  if (missing !== undefined) return;
  sshd = await startSshd();
  keys = mkdtempSync(join(tmpdir(), 'polydev-keys-'));
  makeKey('deployer');
  makeKey('stranger');
  workspace = makeWorkspace({
    ...project('api'),
    'deploy/allowed_signers': `test@localhost ${readFileSync(join(keys, 'deployer.pub'), 'utf8')}`,
    '.deploy.yaml': manifest(),
  });
});
afterAll(async () => {
  if (missing !== undefined) return;
  workspace.remove();
  rmSync(keys, { recursive: true, force: true });
  await sshd.stop();
});

// One story: each test goes on from where the one before it left the server.
describeSsh('the audit log and signed releases, with Nx on a real server', () => {
  test('nothing is deployed by somebody without a key that counts', async () => {
    const without = await workspace.nx(['run', 'api:deploy', '--output-style=static']);
    expect(without.exitCode).not.toBe(0);
    expect(without.all).toContain('[SIGNING_KEY_MISSING] sandbox starts only releases that somebody in');
    const stranger = await workspace.nx(['run', 'api:deploy', '--output-style=static'], {
      DEPLOY_SIGNING_KEY: join(keys, 'stranger'),
    });
    expect(stranger.exitCode).not.toBe(0);
    expect(stranger.all).toContain(`[SIGNING_KEY_NOT_ALLOWED]`);
    expect(stranger.all).toContain(fingerprint(join(keys, 'stranger')));
    expect(stranger.all).not.toMatch(/^ +at /m);
    expect(readdirSync(sshd.directory)).not.toContain('opt');
  });

  test('says who deployed and rolled back what, why, and how it ended', async () => {
    await deploy('1');
    await deploy('2');
    const back = await nx('api:rollback', '--reason=2 is slow');
    expect({ code: back.exitCode, live: live() }).toEqual({ code: 0, live: 'api 1' });
    const shown = await nx('api:audit');
    expect(shown.exitCode).toBe(0);
    const rows = shown.all.split('\n').filter((line) => line.includes('Test <test@localhost>'));
    expect(rows).toHaveLength(6);
    expect(rows[0]).toMatch(/ deploy +api +box +\w{12} +begun +nothing -> \S+/);
    expect(rows[5]).toMatch(/ rollback +api +box +\w{12} +succeeded +\S+ -> \S+ +2 is slow/);
    const { entries, logs } = await logAsJson();
    expect(entries.at(-1)).toMatchObject({
      action: 'rollback',
      environment: 'sandbox',
      who: { git: 'Test <test@localhost>', key: fingerprint(join(keys, 'deployer')) },
      reason: '2 is slow',
      result: 'succeeded',
    });
    expect(logs).toEqual([{ log: 'sandbox@box', whole: true, problems: [] }]);
    const whole = await verify();
    expect(whole.exitCode).toBe(0);
    expect(whole.all).toContain('sandbox@box is whole (6 entries)');
  });

  test('says who broke a lock, and why', async () => {
    const holder = spawn('flock', [state('targets/api/lock'), 'sh', '-c', 'echo held; sleep 600']);
    const gone = once(holder, 'exit');
    await once(holder.stdout, 'data');
    const unlocked = await nx('api:unlock', '--reason=nobody knows whose it is');
    await gone;
    expect(unlocked.all).toContain('The lock on box is free');
    const { entries } = await logAsJson('--limit=1');
    expect(entries).toMatchObject([
      { action: 'lock-broken', target: 'api', host: 'box', reason: 'nobody knows whose it is', result: 'succeeded' },
    ]);
  });

  test('names every entry that was edited, taken out, moved or cut off, and fails', async () => {
    const whole = lines();
    const expectBroken = async (some: readonly string[], what: RegExp) => {
      write(some);
      const answer = await verify();
      expect(answer.exitCode).toBe(1);
      expect(answer.all).toContain('[AUDIT_BROKEN] The audit log sandbox@box is not as it was written');
      expect(answer.all).toMatch(what);
    };
    const edited = whole.map((line, index) => (index === 1 ? line.replace('test@localhost', 'ada@localhost') : line));
    await expectBroken(edited, /edited: Line 2 \(entry 2\) was edited/);
    await expectBroken([...whole.slice(0, 2), ...whole.slice(3)], /missing: Entry 3 is missing/);
    await expectBroken([whole[1]!, whole[0]!, ...whole.slice(2)], /reordered: Line 2 is entry 1/);
    await expectBroken(whole.slice(0, 3), /truncated: The log ends with entry 3; on \S+ it had 8 entries/);
    const shown = await nx('api:audit');
    expect(shown.all).toContain('sandbox@box is not as it was written.');
    expect(shown.all).toContain('npx nx run api:audit --verify');
    // Whoever has the host takes its heads as well; this checkout has kept them.
    const heads = readFileSync(state('audit.heads.jsonl'), 'utf8');
    rmSync(state('audit.heads.jsonl'));
    await expectBroken(whole.slice(0, 3), /truncated/);
    writeFileSync(state('audit.heads.jsonl'), heads);
    write(whole);
    expect((await verify()).exitCode).toBe(0);
  });

  test('entries that no key vouches for are told from those that are proven', async () => {
    const heads = readFileSync(state('audit.heads.jsonl'), 'utf8').split('\n').filter(Boolean);
    const kept = join(workspace.root, '.nx/workspace-data/polydev/audit/sandbox.heads.jsonl');
    const here = readFileSync(kept, 'utf8');
    rmSync(kept);
    writeFileSync(state('audit.heads.jsonl'), `${heads.slice(0, 5).join('\n')}\n`);
    const answer = await verify();
    expect(answer.exitCode).toBe(1);
    expect(answer.all).toContain('unsigned: No signed head vouches for entries 6 to 8.');
    writeFileSync(state('audit.heads.jsonl'), `${heads.join('\n')}\n`);
    writeFileSync(kept, here);
  });

  test('a release that was forged is not gone back to, nor taken for what it says; a deploy replaces it', async () => {
    const [first = '', second = ''] = releases();
    forge(second);
    const refused = await nx('api:rollback', `--sha=${workspace.git('rev-parse', '--short=10', 'HEAD')}`);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.all).toContain(`[RELEASE_SIGNATURE_REFUSED] Release ${second} of api on box is not what was signed`);
    expect(live()).toBe('api 1');
    forge(first);
    workspace.commit({ 'apps/api/source.txt': 'api 1\n' });
    const again = await nx('api:deploy');
    expect(again.exitCode).toBe(0);
    expect(live()).toBe('api 1');
    expect(releases().at(-1)).not.toBe(first);
  });
});
