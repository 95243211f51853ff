import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { deploymentRecordSchema, type DeploymentHead } from '@polydev/contract';
import { describeSsh } from '@polydev/host/testing';
import type { TargetConfig } from '@polydev/manifest';
import { app, createWorld, type World } from '../../testing/world';
import { closeDeployment, deployTarget, liveShas, previewRollback, rollbackTargets, statusOfTarget } from '../index';

const calm = new AbortController().signal;

describeSsh('a rollback on a real server', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());

  const report = (event: World['events'][number]) => void w.events.push(event);
  const home = (target = 'app') => join(w.stateDir, 'targets', target);
  const live = (target: Pick<TargetConfig, 'path'>) => readlinkSync(target.path).split('/').at(-1)!;
  const recordOf = (id: string) =>
    deploymentRecordSchema.parse(JSON.parse(readFileSync(join(w.stateDir, 'deployments', `${id}.json`), 'utf8')));

  /** A target without a service; `mark` is written into a log by its restart, so that the order of moves is seen. */
  const plain = (name: string, more: Partial<TargetConfig> = {}): TargetConfig => {
    const { healthCheck: _, ...rest } = w.target({ name, path: join(w.root, 'opt', name) });
    return { ...rest, restart: `echo ${name} >>${w.root}/order; test ! -e ${w.root}/opt/${name}/broken`, ...more };
  };
  const deployAll = async (
    targets: readonly TargetConfig[],
    files: Record<string, string>,
    more?: Partial<DeploymentHead>,
    configs = targets,
  ) => {
    const environment = { ...w.environment(), targets: configs };
    const head = w.head({ planned: targets.map(({ name }) => name), ...more });
    const parts = [];
    for (const target of targets) {
      const artifactDirectory = w.artifact({ ...files, name: target.name });
      const part = await deployTarget({ environment, target, artifactDirectory, head, report, signal: calm });
      parts.push(part);
      if (part.outcome !== 'moved' && part.outcome !== 'unchanged') break;
    }
    const record = await closeDeployment({ environment, deployment: head.id, head, report, signal: calm });
    return { head, parts, record };
  };
  const deploy = (version: string, how?: Parameters<typeof app>[1]) =>
    deployAll([w.target()], { 'main.js': app(version, how) });
  const back = async (sha?: string, targets: readonly TargetConfig[] = [w.target()], signal = calm) => {
    const environment = { ...w.environment(), targets };
    const result = await rollbackTargets({
      environment,
      targets,
      sha,
      by: 'tester@laptop',
      openHead: (found) =>
        w.head({ kind: 'rollback', planned: targets.map(({ name }) => name), sha: found ?? '', reason: 'login fails' }),
      report,
      signal,
    });
    const { head } = result;
    const record = await closeDeployment({ environment, deployment: head.id, head, report, signal: calm });
    return { ...result, record, app: result.targets[0] };
  };
  const status = async () => {
    const environment = w.environment();
    return statusOfTarget({ environment, target: environment.targets[0]!, limit: 10, report, signal: calm });
  };

  it('starts the release before, proves it healthy, and records what it undid and why', async () => {
    const one = await deploy('v1');
    const two = await deploy('v2');
    const answer = await back();
    expect(answer.app).toMatchObject({ outcome: 'moved', hosts: [{ release: one.head.id, previous: two.head.id }] });
    expect(await w.answer()).toMatchObject({ version: 'v1', release: one.head.id });
    expect(recordOf(answer.head.id)).toMatchObject({
      kind: 'rollback',
      outcome: 'succeeded',
      reason: 'login fails',
      sha: one.head.sha,
      undid: [two.head.id],
    });
    const environment = w.environment();
    expect(await liveShas({ environment, report, signal: calm })).toMatchObject([
      { sha: one.head.sha, deployment: one.head.id },
    ]);
    expect((await status()).hosts[0]).toMatchObject({ state: 'idle', release: one.head.id, by: 'tester@laptop' });
  });

  it('done twice goes further back; by a SHA it comes forth again; the active one is left alone', async () => {
    const [one, two, three] = [await deploy('v1'), await deploy('v2'), await deploy('v3')];
    await back();
    expect(await w.answer()).toMatchObject({ version: 'v2' });
    await back();
    expect(await w.answer()).toMatchObject({ version: 'v1' });
    await expect(back()).rejects.toMatchObject({ code: 'NO_PREVIOUS_RELEASE' });
    await back(three.head.sha.slice(0, 20));
    expect(await w.answer()).toMatchObject({ version: 'v3' });
    const before = (await status()).history.length;
    const again = await back(three.head.sha.toUpperCase());
    expect(again.app).toMatchObject({ outcome: 'unchanged', hosts: [{ release: three.head.id }] });
    expect(JSON.stringify(w.events)).toContain(`app runs ${three.head.id} already, healthy; nothing was done`);
    expect((await status()).history.length).toBe(before + 1);
    expect([one.head.id, two.head.id, three.head.id]).toContain(live(w.target()));
  });

  it('keeps what serves when the old release is not healthy either', async () => {
    const one = await deploy('v1');
    const two = await deploy('v2');
    // As if what it needs were gone: the same release, and it does not start any more.
    const target = w.target({
      restart: `${w.target().restart!}; grep -q '"release": "${one.head.id}"' ${w.path}/.release.json && kill $(cat ${w.root}/pid) || true`,
    });
    const answer = await back(undefined, [target]);
    expect(answer.app).toMatchObject({
      outcome: 'taken-back',
      hosts: [{ failedStep: 'health check', release: two.head.id, error: { code: 'HEALTH_CHECK_FAILED' } }],
    });
    expect(answer.record).toMatchObject({ kind: 'rollback', outcome: 'rolled-back' });
    expect(await w.answer()).toMatchObject({ version: 'v2' });
    // What did not come to serve is as good as before: it was healthy when it was live.
    expect((await back()).app).toMatchObject({ outcome: 'moved', hosts: [{ release: one.head.id }] });
  });

  it('refuses a release whose files were changed by hand, naming each; what a program wrote beside them is only said', async () => {
    const one = await deploy('v1');
    await deploy('v2');
    const release = join(home(), 'releases', one.head.id);
    writeFileSync(join(release, 'cache.tmp'), 'written by the program');
    await back();
    expect(JSON.stringify(w.events)).toContain('holds what was not deployed: cache.tmp');
    await deploy('v3');
    writeFileSync(join(release, 'main.js'), app('patched'));
    rmSync(join(release, 'cache.tmp'));
    const journal = readFileSync(join(home(), 'journal.jsonl'), 'utf8');
    await expect(back(one.head.sha)).rejects.toMatchObject({
      code: 'RELEASE_CHANGED',
      message: expect.stringMatching(new RegExp(`Release ${one.head.id} of app on web-1.*\n  changed main.js\n`)),
    });
    expect(await w.answer()).toMatchObject({ version: 'v3' });
    expect(readFileSync(join(home(), 'journal.jsonl'), 'utf8')).toBe(journal);
  });

  it.each([
    ['list is gone', (release: string) => rmSync(`${release}.mtree`), 'missing .*\\.mtree'],
    [
      'list was made to fit',
      (release: string) => {
        const text = readFileSync(`${release}.mtree`, 'utf8');
        writeFileSync(join(release, 'extra.js'), '');
        writeFileSync(`${release}.mtree`, `${text}\n`);
      },
      'changed .*\\.mtree',
    ],
    ['own word is gone', (release: string) => rmSync(join(release, '.release.json')), 'missing \\.release\\.json'],
  ] as const)('refuses a release whose %s', async (_, damage, words) => {
    const one = await deploy('v1');
    await deploy('v2');
    damage(join(home(), 'releases', one.head.id));
    await expect(back()).rejects.toMatchObject({ code: 'RELEASE_CHANGED', message: expect.stringMatching(words) });
    expect(await w.answer()).toMatchObject({ version: 'v2' });
  });

  it('of two at once, one goes back and the other is told who is at work', async () => {
    await deploy('v1');
    await deploy('v2');
    const answers = await Promise.allSettled([back(), back()]);
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    const done = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    expect(done).toHaveLength(1);
    expect(refused).toMatchObject([
      { code: expect.stringMatching(/^(LOCK_HELD|ROLLBACK_OUTDATED|NO_PREVIOUS_RELEASE)$/) },
    ]);
    expect(await w.answer()).toMatchObject({ version: 'v1' });
  });

  it('goes back to the directory that was there before the first deploy', async () => {
    mkdirSync(w.path, { recursive: true });
    writeFileSync(join(w.path, 'main.js'), app('by hand', 'nameless'));
    await deploy('v1');
    expect(await w.answer()).toMatchObject({ version: 'v1' });
    const answer = await back();
    expect(answer.app).toMatchObject({ outcome: 'moved', hosts: [{ release: expect.stringMatching(/^adopted-/) }] });
    expect(await w.answer()).toMatchObject({ version: 'by hand' });
    await deploy('v2');
    expect(await w.answer()).toMatchObject({ version: 'v2' });
  });

  it('stopped with Ctrl-C keeps what serves', async () => {
    await deploy('v1');
    await deploy('v2');
    const stop = new AbortController();
    const target = w.target({ restart: `${w.target().restart!}; touch ${w.root}/restarted` });
    const watch = setInterval(() => existsSync(join(w.root, 'restarted')) && stop.abort(), 5);
    const answer = await back(undefined, [target], stop.signal);
    clearInterval(watch);
    expect(answer.app?.outcome).toMatch(/^(taken-back|moved)$/);
    expect(await w.answer()).toMatchObject({ version: answer.app?.outcome === 'moved' ? 'v1' : 'v2' });
  });

  it('looks first, if asked to, and touches nothing', async () => {
    const one = await deploy('v1');
    const two = await deploy('v2');
    const environment = w.environment();
    const aims = await previewRollback({
      environment,
      targets: environment.targets,
      sha: undefined,
      report,
      signal: calm,
    });
    expect(aims.map(({ choice }) => [choice.release, choice.undid])).toEqual([[one.head.id, [two.head.id]]]);
    expect(aims[0]?.changes).toEqual({ added: [], changed: ['main.js'], removed: [] });
    expect(live(w.target())).toBe(two.head.id);
  });

  it('goes right among 200 retained releases, and the next deploy prunes what is beyond `keep`', async () => {
    const { head } = await deploy('v0');
    const releases = join(home(), 'releases');
    const record = recordOf(head.id);
    // 199 more of the same, as if each had been deployed in its minute of the year before.
    const ids = Array.from({ length: 199 }, (_, index) => {
      const at = new Date(Date.UTC(2025, 0, 1, 0, index));
      const sha = createHash('sha1').update(String(index)).digest('hex');
      const id = `${at.toISOString().replaceAll(/[-:]/g, '')}-${sha.slice(0, 7)}`;
      cpSync(join(releases, head.id), join(releases, id), { recursive: true });
      copyFileSync(join(releases, `${head.id}.mtree`), join(releases, `${id}.mtree`));
      const info = JSON.parse(readFileSync(join(releases, id, '.release.json'), 'utf8')) as object;
      writeFileSync(join(releases, id, '.release.json'), JSON.stringify({ ...info, release: id, sha }));
      const times = { startedAt: at.toISOString(), endedAt: at.toISOString() };
      const [target] = record.targets;
      const hosts = [{ ...target!.hosts[0]!, release: id }];
      const copy = { ...record, id, sha, ...times, targets: [{ ...target!, ...times, hosts }] };
      writeFileSync(join(w.stateDir, 'deployments', `${id}.json`), JSON.stringify(copy));
      return { id, sha };
    });
    const wanted = ids[120]!;
    const answer = await back(wanted.sha.slice(0, 12), [w.target({ keep: 1000 })]);
    expect(answer.app).toMatchObject({ outcome: 'moved', hosts: [{ release: wanted.id, previous: head.id }] });
    expect(answer.app?.undid).toHaveLength(79);
    expect(await w.answer()).toMatchObject({ release: wanted.id });
    expect((await back(undefined, [w.target({ keep: 1000 })])).app?.hosts[0]?.release).toBe(ids[119]!.id);
    await deploy('v1');
    const left = readdirSync(releases).filter((name) => !name.endsWith('.mtree'));
    // What served when the deploy began is kept beside the newest ones.
    expect(left).toHaveLength(5);
    expect(left).toContain(ids[119]!.id);
  });

  describe('of several targets', () => {
    const targets = () => [plain('lib'), plain('api'), plain('web')];
    const order = () => {
      const text = existsSync(join(w.root, 'order')) ? readFileSync(join(w.root, 'order'), 'utf8') : '';
      writeFileSync(join(w.root, 'order'), '');
      return text.split('\n').filter(Boolean);
    };

    it('takes each to what was live when that commit’s deployment had ended, in reverse order, as one record', async () => {
      const all = targets();
      const [lib, api, web] = all as [TargetConfig, TargetConfig, TargetConfig];
      const one = await deployAll(all, { v: '1' });
      const two = await deployAll([api], { v: '2' });
      const three = await deployAll(all, { v: '3' });
      order();
      const answer = await back(two.head.sha, all);
      expect(order()).toEqual(['web', 'api', 'lib']);
      expect([live(lib), live(api), live(web)]).toEqual([one.head.id, two.head.id, one.head.id]);
      expect(answer.record).toMatchObject({ outcome: 'succeeded', undid: [three.head.id], sha: two.head.sha });
      expect(answer.record?.targets.map(({ target, outcome }) => [target, outcome])).toEqual([
        ['lib', 'moved'],
        ['api', 'moved'],
        ['web', 'moved'],
      ]);
    });

    it('moves none when one cannot go, and says it of each', async () => {
      const all = targets();
      await deployAll(all.slice(0, 1), { v: '1' });
      const two = await deployAll(all, { v: '2' });
      await expect(back('abcdef01', all)).rejects.toMatchObject({
        message: expect.stringMatching(/api.*web|web.*api/s),
      });
      expect(all.map(live)).toEqual([two.head.id, two.head.id, two.head.id]);
    });

    it('returns all to what served when the last one does not come up', async () => {
      const all = targets();
      await deployAll(all, { v: '1' });
      const two = await deployAll(all, { v: '2' });
      order();
      const failing = all.map((target) =>
        target.name === 'lib'
          ? { ...target, restart: `${target.restart!}; test "$DEPLOY_RELEASE" = ${two.head.id}` }
          : target,
      );
      const answer = await back(undefined, failing);
      expect(all.map(live)).toEqual([two.head.id, two.head.id, two.head.id]);
      expect(answer.record?.outcome).toBe('rolled-back');
      expect(order().slice(0, 3)).toEqual(['web', 'api', 'lib']);
    });

    it('a deployment whose last target fails goes back as one, in reverse order, each only while it is its own', async () => {
      const all = targets();
      const one = await deployAll(all, { v: '1' });
      order();
      const failing = all.map((target) => (target.name === 'web' ? { ...target, postDeploy: 'false' } : target));
      const two = await deployAll(failing, { v: '2' });
      expect(order()).toEqual(['lib', 'api', 'web', 'web', 'api', 'lib']);
      expect(all.map(live)).toEqual([one.head.id, one.head.id, one.head.id]);
      expect(two.record).toMatchObject({
        outcome: 'rolled-back',
        targets: ['lib', 'api', 'web'].map((target) => ({
          target,
          outcome: 'taken-back',
          hosts: [{ outcome: 'taken-back', release: one.head.id }],
        })),
      });
      expect(existsSync(join(home('lib'), 'releases', two.head.id))).toBe(false);
      // The next deploy of the same is an ordinary one.
      expect((await deployAll(all, { v: '2' })).record).toMatchObject({ outcome: 'succeeded' });
    });

    it.each([
      ['target', ['two', 'two', 'one']],
      [false, ['two', 'two', 'two']],
    ] as const)('rollback_on_failure: %s leaves what had moved', async (rollbackOnFailure, expected) => {
      const all = targets();
      const one = await deployAll(all, { v: '1' });
      const failing = all.map((target) =>
        target.name === 'web' ? { ...target, postDeploy: 'false', rollbackOnFailure } : target,
      );
      const two = await deployAll(failing, { v: '2' });
      expect(
        all.map((target) => (live(target) === two.head.id ? 'two' : live(target) === one.head.id ? 'one' : '?')),
      ).toEqual(expected);
      expect(two.record?.outcome).toBe(rollbackOnFailure === false ? 'stuck' : 'rolled-back');
    });

    it('a target that was not reached sends back those that were, and the record lists it', async () => {
      const all = targets();
      const one = await deployAll(all, { v: '1' });
      const two = await deployAll(all.slice(0, 2), { v: '2' }, { planned: ['lib', 'api', 'web'] }, all);
      expect(all.map(live)).toEqual([one.head.id, one.head.id, one.head.id]);
      expect(two.record?.targets.map(({ target, outcome }) => [target, outcome])).toEqual([
        ['lib', 'taken-back'],
        ['api', 'taken-back'],
        ['web', 'not-reached'],
      ]);
    });

    it('what another deployment has moved since stays', async () => {
      const all = targets();
      const [lib] = all as [TargetConfig];
      await deployAll(all, { v: '1' });
      const environment = { ...w.environment(), targets: all };
      const head = w.head({ planned: ['lib', 'api'] });
      const input = { environment, target: lib, artifactDirectory: w.artifact({ v: '2' }), head, report, signal: calm };
      await deployTarget(input);
      const other = await deployAll([lib], { v: '3' });
      const record = await closeDeployment({ environment, deployment: head.id, head, report, signal: calm });
      expect(live(lib)).toBe(other.head.id);
      expect(record?.targets).toMatchObject([
        { target: 'lib', outcome: 'moved', hosts: [{ notes: [expect.stringContaining('Not taken back')] }] },
        { target: 'api', outcome: 'not-reached' },
      ]);
    });

    it('takes back a first deploy to nothing', async () => {
      const [lib, api] = targets() as [TargetConfig, TargetConfig];
      const two = await deployAll([lib, { ...api, postDeploy: 'false' }], { v: '2' });
      expect(existsSync(lib.path)).toBe(false);
      expect(two.record).toMatchObject({
        outcome: 'rolled-back',
        targets: [{ outcome: 'taken-back' }, { outcome: 'taken-back' }],
      });
    });
  });
});
