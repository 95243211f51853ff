import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSsh, type KillMoment } from '@polydev/host/testing';
import { deadDeployers } from '../../testing/dead-deployer';
import { createWorld, type World } from '../../testing/world';
import { auditOfEnvironment, deployTarget, recoverTarget, unlockTarget } from '../index';

const calm = new AbortController().signal;
const silent = () => undefined;

describeSsh('a deployer that is killed as it writes to the audit log', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());
  const { settings, input, run, linesOf, begun, eventuallyFree } = deadDeployers(() => w);

  const log = () => join(w.stateDir, 'audit.jsonl');
  const entries = () =>
    readFileSync(log(), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { deployment: string; action: string; result: string });
  const of = (deployment: string) =>
    entries()
      .filter((entry) => entry.deployment === deployment)
      .map(({ action, result }) => `${action} ${result}`);
  const context = () => ({ environment: w.environment(settings()), report: silent, signal: calm });
  const problems = async () =>
    (await auditOfEnvironment({ environment: w.environment(settings()), signal: calm, heads: [] })).logs[0]!.problems;
  const recover = () =>
    recoverTarget({ ...context(), target: w.environment(settings()).targets[0]!, by: 'tester@laptop', dryRun: false });

  const effectsOf = async (version: string): Promise<readonly string[]> =>
    (await linesOf(input(version))).flatMap((line) => (JSON.parse(line) as { effect?: string }).effect ?? []);

  it('leaves the entry whole or not at all; what has no end is told, and recover writes it', async () => {
    await run('v0');
    const effects = await effectsOf('v1');
    // The first entry follows the part that says `running`, the second comes before the part that says how it ended.
    expect([effects[0], effects[1], ...effects.slice(-2)]).toEqual(['app.json', 'perl', 'perl', 'app.json']);
    const trials: readonly (readonly [KillMoment, readonly string[], readonly string[]])[] = [
      [{ effect: 2, when: 'before' }, [], []],
      [{ effect: 2, when: 'after' }, ['deploy begun'], ['deploy begun', 'recover failed']],
      [
        { effect: effects.length - 1, when: 'before' },
        ['deploy begun', 'secret-changed succeeded'],
        ['deploy begun', 'secret-changed succeeded', 'recover succeeded'],
      ],
      [
        { effect: effects.length - 1, when: 'after' },
        ['deploy begun', 'secret-changed succeeded', 'deploy succeeded'],
        ['deploy begun', 'secret-changed succeeded', 'deploy succeeded'],
      ],
      [
        { effect: Math.floor(effects.length / 2), when: 'after' },
        ['deploy begun'],
        ['deploy begun', 'recover rolled-back'],
      ],
    ];
    for (const [index, [kill, atFirst, afterwards]] of trials.entries()) {
      const one = { ...input(`v2, ${index}`), kill };
      await linesOf(one);
      await eventuallyFree();
      const found = of(one.head.id);
      const unfinished = (await problems()).map(({ kind }) => kind);
      await recover();
      expect({ kill, found, unfinished, afterwards: of(one.head.id) }).toEqual({
        kill,
        found: atFirst,
        unfinished: atFirst.length > 0 && !atFirst.includes('deploy succeeded') ? ['unfinished'] : [],
        afterwards,
      });
      expect(await problems()).toEqual([]);
    }
  }, 240_000);

  it('two that write at once both get their entries, one after the other', async () => {
    const other = { ...w.target(settings()), name: 'site', path: join(w.root, 'opt/site') };
    const { restart: _restart, healthCheck: _healthCheck, ...site } = other;
    const both = ['v1', 'v2', 'v3'].map(async (version) => {
      const one = input(version);
      const target = { ...site, name: `site-${version}`, path: join(w.root, `opt/site-${version}`) };
      const environment = { ...one.environment, targets: [target] };
      return deployTarget({ ...one, environment, target, report: silent, signal: calm });
    });
    expect((await Promise.all(both)).map(({ outcome }) => outcome)).toEqual(['moved', 'moved', 'moved']);
    // Each has begun, was given its values, and has ended.
    expect(entries()).toHaveLength(9);
    expect(await problems()).toEqual([]);
  });

  it('a lock that is broken is in the log with the reason, and what was cut off', async () => {
    await run('v0');
    const one = input('v1', 'sleep 60');
    const child = begun(one);
    const journal = () => readFileSync(join(w.stateDir, 'targets/app/journal.jsonl'), 'utf8');
    while (
      !journal().includes(`"run":"${one.head.id}"`) ||
      !/"started"[^\n]*install dependencies[^\n]*\n$/.test(journal())
    )
      await new Promise((done) => setTimeout(done, 50));
    const target = w.environment(settings()).targets[0]!;
    await unlockTarget({ ...context(), target, by: 'tester@laptop', reason: 'the hook hangs' });
    child.kill('SIGKILL');
    expect(entries().slice(-2)).toMatchObject([
      { action: 'lock-broken', result: 'begun', reason: 'the hook hangs', who: { by: 'tester@laptop' } },
      { action: 'lock-broken', result: 'succeeded', deployment: one.head.id, after: 'free' },
    ]);
    expect((await problems()).map(({ kind }) => kind)).toEqual(['unfinished']);
    await recover();
    expect(of(one.head.id)).toContain('recover rolled-back');
    expect(await problems()).toEqual([]);
  }, 120_000);

  it('whole history or none: a log of zeros at its end, as a power cut leaves, is passed over', async () => {
    await run('v0');
    writeFileSync(log(), Buffer.alloc(512), { flag: 'a' });
    await run('v1');
    expect((await problems()).map(({ kind }) => kind)).toEqual(['torn']);
  });
});
