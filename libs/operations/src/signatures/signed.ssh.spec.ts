import { createHash } from 'node:crypto';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSsh } from '@polydev/host/testing';
import { execaSync } from 'execa';
import { app, createWorld, type World } from '../../testing/world';
import { auditOfEnvironment, deployTarget, previewRollback, rollbackTargets, statusOfTarget } from '../index';

const calm = new AbortController().signal;

describeSsh('releases that are signed', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
    for (const name of ['deployer', 'stranger']) makeKey(name);
    allow('deployer');
  });
  afterEach(() => w.stop());

  const keyFile = (name: string) => join(w.root, name);
  const makeKey = (name: string) =>
    execaSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', keyFile(name)], { stdin: 'ignore' });
  const allow = (...names: readonly string[]) =>
    writeFileSync(
      join(w.root, 'allowed_signers'),
      names.map((name) => `${name}@localhost ${readFileSync(`${keyFile(name)}.pub`, 'utf8')}`).join(''),
    );
  const SIGNED = () => ({ allowedSigners: join(w.root, 'allowed_signers'), signingKey: keyFile('deployer') });
  const context = (security: { allowedSigners?: string; signingKey?: string } = SIGNED()) => ({
    environment: w.environment({}, security),
    report: (event: (typeof w.events)[number]) => void w.events.push(event),
    signal: calm,
  });
  const deploy = async (version: string, security?: { allowedSigners?: string; signingKey?: string }) => {
    const input = context(security);
    const head = w.head();
    const artifactDirectory = w.artifact({ 'main.js': app(version), 'data.txt': version });
    const target = input.environment.targets[0]!;
    return { head, record: await deployTarget({ ...input, target, artifactDirectory, head }) };
  };
  const rollback = () => {
    const head = w.head({ kind: 'rollback' });
    return rollbackTargets({
      ...context(),
      targets: w.environment().targets,
      sha: undefined,
      by: head.by,
      openHead: () => head,
    });
  };
  const release = (id: string, file = '') => join(w.stateDir, 'targets/app/releases', id, file);
  const list = (id: string) => `${release(id)}.mtree`.replace('/.mtree', '.mtree');
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  /** What somebody does who may write the release and not sign: another file, a list that fits it, and a digest that fits that. */
  const forge = (id: string) => {
    const before = readFileSync(release(id, 'data.txt'), 'utf8');
    const evil = 'x'.repeat(before.length);
    writeFileSync(release(id, 'data.txt'), evil);
    const forged = readFileSync(list(id), 'utf8').replace(sha256(before), sha256(evil));
    const digest = sha256(readFileSync(list(id), 'utf8'));
    writeFileSync(list(id), forged);
    return { before: digest, after: sha256(forged) };
  };
  const journal = () => readFileSync(join(w.stateDir, 'targets/app/journal.jsonl'), 'utf8');

  it('start, and go back; their heads are signed, so that the audit log is proven', async () => {
    const { head: first } = await deploy('v1');
    await deploy('v2');
    expect(readFileSync(`${list(first.id)}.sig`, 'utf8')).toMatch(/^-----BEGIN SSH SIGNATURE-----/);
    expect((await rollback()).targets[0]?.outcome).toBe('moved');
    expect(await w.answer()).toMatchObject({ version: 'v1' });
    const { logs, signed } = await auditOfEnvironment({
      environment: w.environment({}, SIGNED()),
      signal: calm,
      heads: [],
    });
    expect({ signed, problems: logs[0]?.problems }).toEqual({ signed: true, problems: [] });
    expect(readFileSync(join(w.stateDir, 'audit.heads.jsonl'), 'utf8')).toContain('BEGIN SSH SIGNATURE');
  });

  it('a changed file with a list that fits it is not gone back to: nothing moves, and the release is named', async () => {
    const { head: first } = await deploy('v1');
    await deploy('v2');
    forge(first.id);
    const before = journal();
    await expect(rollback()).rejects.toMatchObject({
      code: 'RELEASE_SIGNATURE_REFUSED',
      message: expect.stringContaining(`Release ${first.id} of app on web-1 is not what was signed`),
    });
    await expect(
      previewRollback({ ...context(), targets: w.environment().targets, sha: undefined }),
    ).rejects.toMatchObject({ code: 'RELEASE_SIGNATURE_REFUSED' });
    expect(journal()).toBe(before);
    expect(await w.answer()).toMatchObject({ version: 'v2' });
  });

  it('nor is one whose signature was taken away, or is another release’s', async () => {
    const { head: first } = await deploy('v1');
    const { head: second } = await deploy('v2');
    writeFileSync(`${list(first.id)}.sig`, readFileSync(`${list(second.id)}.sig`, 'utf8'));
    await expect(rollback()).rejects.toMatchObject({ code: 'RELEASE_SIGNATURE_REFUSED' });
    rmSync(`${list(first.id)}.sig`);
    await expect(rollback()).rejects.toMatchObject({
      code: 'RELEASE_UNSIGNED',
      message: expect.stringContaining(first.id),
    });
    expect(await w.answer()).toMatchObject({ version: 'v2' });
  });

  it('nor is another release in its place, though that one was signed', async () => {
    const { head: first } = await deploy('v1');
    const { head: second } = await deploy('v2');
    rmSync(release(first.id), { recursive: true });
    for (const path of [(id: string) => release(id), list, (id: string) => `${list(id)}.sig`])
      cpSync(path(second.id), path(first.id), { recursive: true });
    await expect(rollback()).rejects.toMatchObject({
      code: 'RELEASE_SIGNATURE_REFUSED',
      message: expect.stringContaining(`Release ${first.id} of app on web-1`),
    });
    expect(await w.answer()).toMatchObject({ version: 'v2' });
  });

  it('a live release that was forged is replaced by the next deploy, though it says that it is the same', async () => {
    const { head: first } = await deploy('v1');
    const { after } = forge(first.id);
    const again = await deploy('v1');
    expect(again.record.outcome).toBe('moved');
    expect(again.record.digest).not.toBe(after);
    expect(readFileSync(release(again.head.id, 'data.txt'), 'utf8')).toBe('v1');
    expect((await deploy('v1')).record.outcome).toBe('unchanged');
  });

  it('what is changed between its placing and its start is not started; the release before answers', async () => {
    await deploy('v1');
    const input = context();
    const head = w.head();
    const target = { ...input.environment.targets[0]!, preDeploy: 'echo evil >data.txt' };
    const artifactDirectory = w.artifact({ 'main.js': app('v2'), 'data.txt': 'v2' });
    const record = await deployTarget({ ...input, target, artifactDirectory, head });
    expect(record).toMatchObject({
      outcome: 'taken-back',
      hosts: [
        { failedStep: 'swap', error: { message: expect.stringContaining(`Release ${head.id} of app on web-1`) } },
      ],
    });
    expect(await w.answer()).toMatchObject({ version: 'v1' });
  });

  it('one that was placed before signatures counted is not gone back to, and the live one is deployed afresh', async () => {
    const { head: first } = await deploy('v1', {});
    await deploy('v2', {});
    await expect(rollback()).rejects.toMatchObject({
      code: 'RELEASE_UNSIGNED',
      message: expect.stringContaining(`release ${first.id} of app on web-1 is not signed`),
      hint: expect.stringContaining('npx nx run app:deploy'),
    });
    expect((await deploy('v2')).record.outcome).toBe('moved');
    expect((await deploy('v2')).record.outcome).toBe('unchanged');
  });

  it('a deploy that fails over an unsigned release brings that back: it served already', async () => {
    await deploy('v1', {});
    const { record } = await deploy('v2');
    expect(record.outcome).toBe('moved');
    await deploy('v3', {});
    const input = context();
    const target = { ...input.environment.targets[0]!, postDeploy: 'false' };
    const artifactDirectory = w.artifact({ 'main.js': app('v4') });
    const failed = await deployTarget({ ...input, target, artifactDirectory, head: w.head() });
    expect(failed.outcome).toBe('taken-back');
    expect(await w.answer()).toMatchObject({ version: 'v3' });
  });

  it('the way back does not start a release that was forged meanwhile', async () => {
    const { head: first } = await deploy('v1');
    const input = context();
    const evil = `printf evil >${release(first.id, 'data.txt')}; false`;
    const target = { ...input.environment.targets[0]!, postDeploy: evil };
    const artifactDirectory = w.artifact({ 'main.js': app('v2'), 'data.txt': 'v2' });
    const record = await deployTarget({ ...input, target, artifactDirectory, head: w.head() });
    expect(record).toMatchObject({
      outcome: 'stuck',
      hosts: [{ error: { code: 'RUN_STUCK', message: expect.stringContaining(first.id) } }],
    });
    const status = await statusOfTarget({ ...input, target, limit: 1 });
    expect(status.hosts[0]?.state).toBe('stuck');
    expect(await w.answer()).toMatchObject({ version: 'v2' });
  });

  it('without a key, or with one whose signature does not count, nothing is touched', async () => {
    await deploy('v1');
    const before = journal();
    const { allowedSigners } = SIGNED();
    await expect(deploy('v2', { allowedSigners })).rejects.toMatchObject({
      code: 'SIGNING_KEY_MISSING',
      hint: expect.stringContaining('DEPLOY_SIGNING_KEY'),
    });
    await expect(deploy('v2', { allowedSigners, signingKey: keyFile('stranger') })).rejects.toMatchObject({
      code: 'SIGNING_KEY_NOT_ALLOWED',
      message: expect.stringMatching(/unknown key \(SHA256:.*Nothing was touched\.$/s),
    });
    await expect(deploy('v2', { allowedSigners, signingKey: keyFile('nobody') })).rejects.toMatchObject({
      code: 'SIGNING_FAILED',
    });
    rmSync(allowedSigners);
    await expect(deploy('v2')).rejects.toMatchObject({ code: 'SIGNERS_UNREADABLE' });
    expect(journal()).toBe(before);
  });

  it('the host’s own word on who may sign counts for nothing', async () => {
    const { head: first } = await deploy('v1', { signingKey: keyFile('stranger') });
    await deploy('v2');
    writeFileSync(join(w.stateDir, 'allowed_signers'), `* ${readFileSync(`${keyFile('stranger')}.pub`, 'utf8')}`);
    await expect(rollback()).rejects.toMatchObject({
      code: 'RELEASE_SIGNATURE_REFUSED',
      message: expect.stringContaining(first.id),
    });
    allow('deployer', 'stranger');
    expect((await rollback()).targets[0]?.outcome).toBe('moved');
  });
});
