import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { parseHeads, type KeptHead } from '@polydev/audit';
import type { DeploymentHead } from '@polydev/contract';
import { describeSsh } from '@polydev/host/testing';
import { ownDisks, type OwnDisks } from '../../testing/own-disks';
import { itWithTmpfs } from '../../testing/tmpfs';
import { createWorld, type World } from '../../testing/world';
import {
  auditOfEnvironment,
  closeDeployment,
  deployTarget,
  recordInAudit,
  rollbackTargets,
  unlockTarget,
  type Auditor,
} from '../index';

const NAMES = ['web-1', 'web-2', 'web-3'];
const calm = new AbortController().signal;
const silent = () => undefined;
const LOG = 'state/audit.jsonl';

/** Each with a disk of its own, so that each has a log of its own. */
describeSsh('the audit log of three hosts', () => {
  let w: World;
  let disks: OwnDisks;
  let kept: KeptHead[];
  let auditor: Auditor;
  beforeEach(async () => {
    w = await createWorld();
    disks = await ownDisks(NAMES);
    kept = [];
    auditor = {
      who: { by: 'tester@laptop', git: 'Tester <tester@localhost>' },
      keepHeads: (heads) => void kept.push(...heads),
    };
  });
  afterEach(async () => {
    await disks.stop();
    await w.stop();
  });

  const here = (postDeploy = 'true') => {
    const { restart: _restart, healthCheck: _healthCheck, ...target } = w.target();
    return w.environment(undefined, {
      hosts: disks.hosts,
      stateDir: `${disks.disk}/state`,
      targets: [{ ...target, path: `${disks.disk}/app`, postDeploy }],
    });
  };
  const context = (postDeploy?: string) => ({ environment: here(postDeploy), report: silent, signal: calm, auditor });
  const deploy = async (text: string, postDeploy?: string) => {
    const input = context(postDeploy);
    const artifactDirectory = w.artifact({ 'index.html': text });
    const head = w.head();
    const record = await deployTarget({ ...input, target: input.environment.targets[0]!, artifactDirectory, head });
    return { head, record };
  };
  const linesOf = (host: string) => readFileSync(disks.at(host, LOG), 'utf8').split('\n').filter(Boolean);
  const writeLines = (host: string, lines: readonly string[]) =>
    writeFileSync(disks.at(host, LOG), lines.map((line) => `${line}\n`).join(''));
  const entriesOf = (host: string) => linesOf(host).map((line) => JSON.parse(line) as Record<string, unknown>);
  const checked = async (heads: readonly KeptHead[] = []) =>
    auditOfEnvironment({ environment: here(), signal: calm, heads });
  const problemsOf = async (host: string, heads?: readonly KeptHead[]) =>
    (await checked(heads)).logs.find(({ log }) => log === `test@${host}`)!.problems.map(({ kind }) => kind);

  itWithTmpfs('says on each host who deployed what, from what to what, before and after it was done', async () => {
    const first = await deploy('v1');
    const second = await deploy('v2');
    for (const host of NAMES) {
      expect(entriesOf(host)).toMatchObject([
        { seq: 1, log: `test@${host}`, action: 'deploy', result: 'begun', after: first.head.id, who: auditor.who },
        { seq: 2, host, target: 'app', result: 'succeeded', commit: first.head.sha, digest: first.record.digest },
        { seq: 3, result: 'begun', deployment: second.head.id, before: first.head.id, after: second.head.id },
        { seq: 4, result: 'succeeded', before: first.head.id, after: second.head.id },
      ]);
    }
    await deploy('v2');
    expect(entriesOf('web-1').at(-1)).toMatchObject({ seq: 5, result: 'unchanged' });
    const { logs, entries } = await checked();
    expect(logs.flatMap(({ problems }) => problems)).toEqual([]);
    expect(entries).toHaveLength(15);
  });

  itWithTmpfs('a failed deploy, a rollback and a broken lock leave their entries too, with the reason', async () => {
    const { head: first } = await deploy('v1');
    const { head: second } = await deploy('v2');
    const { head: broken } = await deploy('v3', 'false');
    expect(entriesOf('web-1').slice(-2)).toMatchObject([
      { deployment: broken.id, result: 'begun' },
      { deployment: broken.id, result: 'rolled-back', before: second.id, after: second.id },
    ]);
    expect(entriesOf('web-3').at(-1)).toMatchObject({ deployment: broken.id, result: 'failed', after: second.id });

    const reason = 'v2 is slow';
    const head = w.head({ kind: 'rollback', reason });
    await rollbackTargets({
      ...context(),
      targets: here().targets,
      sha: undefined,
      by: head.by,
      openHead: () => head,
    });
    expect(entriesOf('web-2').slice(-2)).toMatchObject([
      { action: 'rollback', result: 'begun', reason, before: second.id, after: first.id, commit: first.sha },
      { action: 'rollback', result: 'succeeded', reason },
    ]);

    const before = linesOf('web-1').length;
    const unlock = { ...context(), target: here().targets[0]!, by: 'tester@laptop', reason: 'it hangs' };
    await unlockTarget(unlock);
    expect(linesOf('web-1')).toHaveLength(before);
    expect((await checked()).logs.flatMap(({ problems }) => problems)).toEqual([]);
  });

  itWithTmpfs('what happens on no host stands in every log, and is shown once', async () => {
    await deploy('v1');
    const rotated = {
      action: 'secrets-rotated',
      after: 'API_KEY',
      reason: 'as every year',
      result: 'succeeded',
    } as const;
    await recordInAudit({ ...context(), by: 'tester@laptop' }, rotated);
    for (const host of NAMES) expect(entriesOf(host).at(-1)).toMatchObject({ ...rotated, seq: 3 });
    const { entries } = await checked();
    expect(entries.filter(({ entry }) => entry.action === 'secrets-rotated')).toMatchObject([
      { logs: NAMES.map((host) => `test@${host}`) },
    ]);
  });

  itWithTmpfs('finds what was edited, taken out, moved and cut off, on the host that it was', async () => {
    await deploy('v1');
    await deploy('v2');
    const whole = linesOf('web-2');
    const [one = '', two = '', three = '', four = ''] = whole;
    writeLines('web-2', [one, two.replace('tester', 'nobody'), three, four]);
    expect(await problemsOf('web-2')).toEqual(['edited']);
    expect(await problemsOf('web-1')).toEqual([]);
    writeLines('web-2', [one, three, four]);
    expect(await problemsOf('web-2')).toContain('missing');
    writeLines('web-2', [one, three, two, four]);
    expect(await problemsOf('web-2')).toContain('reordered');
    // Also the heads beside it: those of its neighbours tell.
    writeLines('web-2', [one, two]);
    rmSync(disks.at('web-2', 'state/audit.heads.jsonl'));
    expect(await problemsOf('web-2')).toEqual(['truncated']);
    rmSync(disks.at('web-2', LOG));
    expect(await problemsOf('web-2')).toContain('truncated');
    for (const host of ['web-1', 'web-3']) rmSync(disks.at(host, 'state/audit.heads.jsonl'));
    expect(await problemsOf('web-2', kept)).toContain('truncated');
  });

  itWithTmpfs('a log that was cut off is not forgotten when it is written on', async () => {
    await deploy('v1');
    await deploy('v2');
    writeLines('web-2', linesOf('web-2').slice(0, 2));
    await deploy('v3');
    expect(await problemsOf('web-2')).toContain('rewritten');
    expect(await problemsOf('web-1')).toEqual([]);
  });

  itWithTmpfs('a line that a dying machine tore is passed over, and the log goes on after it', async () => {
    await deploy('v1');
    writeFileSync(disks.at('web-1', LOG), '{"action":"deploy","at":"20', { flag: 'a' });
    await deploy('v2');
    expect(linesOf('web-1')).toHaveLength(5);
    expect(await problemsOf('web-1')).toEqual(['torn']);
    expect((await checked()).logs.every(({ problems }) => problems.every(({ weight }) => weight === 'note'))).toBe(
      true,
    );
  });

  itWithTmpfs('nothing is deployed that cannot be written down', async () => {
    const { head: first } = await deploy('v1');
    const stateOf = (host: string) =>
      ['app/journal.jsonl', 'app/target.json'].map((file) =>
        readFileSync(disks.at(host, `state/targets/${file}`), 'utf8'),
      );
    const before = NAMES.map(stateOf);
    renameSync(disks.at('web-2', LOG), disks.at('web-2', 'state/log'));
    mkdirSync(disks.at('web-2', LOG));
    await expect(deploy('v2')).rejects.toMatchObject({
      code: 'AUDIT_UNWRITTEN',
      message: expect.stringMatching(
        /audit\.jsonl on web-2 takes no entry of deploy of app: .*Nothing was touched\.$/s,
      ),
    });
    expect(NAMES.map(stateOf)).toEqual(before);
    expect(await problemsOf('web-1')).toEqual(['unfinished']);
    expect((await checked()).unreachable).toMatchObject([
      { host: 'web-2', why: expect.stringContaining('Is a directory') },
    ]);

    rmSync(disks.at('web-2', LOG), { recursive: true });
    renameSync(disks.at('web-2', 'state/log'), disks.at('web-2', LOG));
    await closeDeployment({ ...context(), deployment: 'another' });
    expect(entriesOf('web-1').at(-1)).toMatchObject({ action: 'recover', result: 'failed', after: first.id });
    expect((await checked()).logs.flatMap(({ problems }) => problems)).toEqual([]);
  });

  itWithTmpfs('nor is it said to have ended well before the log says so; closing it makes up for that', async () => {
    await deploy('v1');
    const log = `${disks.disk}/${LOG}`;
    const hide = `[ -d ${log} ] || { mv ${log} ${log}.hidden && mkdir ${log}; }`;
    await expect(deploy('v2', hide)).rejects.toMatchObject({ code: 'AUDIT_UNWRITTEN' });
    const open = JSON.parse(
      readFileSync(disks.at('web-1', `state/deployments/${lastBegun('web-1')}.parts/app.json`), 'utf8'),
    ) as { head: DeploymentHead; part: { outcome: string } };
    expect(open.part.outcome).toBe('running');
    const close = () => closeDeployment({ ...context(), deployment: open.head.id, head: open.head });
    expect(await close()).toMatchObject({ outcome: 'running' });
    for (const host of NAMES) {
      rmSync(disks.at(host, LOG), { recursive: true });
      renameSync(disks.at(host, `${LOG}.hidden`), disks.at(host, LOG));
    }
    expect(await problemsOf('web-3')).toEqual(['unfinished']);
    expect(await close()).toMatchObject({ outcome: 'succeeded' });
    for (const host of NAMES) {
      expect(entriesOf(host).at(-1)).toMatchObject({ action: 'recover', result: 'succeeded', after: open.head.id });
      expect(await problemsOf(host)).toEqual([]);
    }
  });
  const lastBegun = (host: string): string => {
    const hidden = disks.at(host, `${LOG}.hidden`);
    const lines = readFileSync(existsSync(hidden) ? hidden : disks.at(host, LOG), 'utf8')
      .split('\n')
      .filter(Boolean);
    return (JSON.parse(lines.at(-1) ?? '{}') as { deployment: string }).deployment;
  };

  itWithTmpfs('the heads that each host keeps are of its own log and of two others', async () => {
    await deploy('v1');
    const { heads, wrong } = parseHeads(readFileSync(disks.at('web-1', 'state/audit.heads.jsonl'), 'utf8'));
    expect(wrong).toEqual([]);
    expect(heads.map(({ log, seq }) => `${log} ${seq}`).sort()).toEqual(
      ['test@web-1 1', 'test@web-1 2', 'test@web-2 2', 'test@web-3 2'].sort(),
    );
  });
});
