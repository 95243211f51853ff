import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deploymentRecordSchema } from '@polydev/contract';
import { describeSsh } from '@polydev/host/testing';
import { createWorld, type World } from '../../testing/world';
import { closeDeployment, deployDatabase, type DatabaseOutcome } from '../index';

const [first, second] = ['20261101000001', '20261101000002'];
const signal = new AbortController().signal;
const report = () => undefined;

describeSsh('a migration whose deployer told no end', () => {
  let w: World;
  beforeEach(async () => {
    w = await createWorld();
  });
  afterEach(() => w.stop());

  /** Ends as a killed deployer does, as far as its hosts can tell: after it has begun it says nothing more. */
  const begun = async (): Promise<ReturnType<World['head']>> => {
    const head = w.head({ planned: ['db'] });
    const migrate = async (_: unknown, begin: (schema: { from: string; to: string }) => Promise<void>) => {
      await begin({ from: first, to: second });
      throw new Error('killed');
    };
    const deploying = deployDatabase({ environment: w.environment(), head, target: 'db', report, signal, migrate });
    await expect(deploying).rejects.toThrow('killed');
    return head;
  };
  const close = (head: ReturnType<World['head']>, ended?: DatabaseOutcome) =>
    closeDeployment({
      environment: w.environment(),
      report,
      signal,
      deployment: head.id,
      head,
      ...(ended ? { askDatabase: async () => ended } : {}),
    });
  const recordOf = (id: string) => {
    const file = join(w.stateDir, 'deployments', `${id}.json`);
    return existsSync(file) ? deploymentRecordSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  };

  it('is on record as running, until the database says how it ended', async () => {
    const head = await begun();
    expect(await close(head)).toMatchObject({
      outcome: 'running',
      targets: [{ target: 'db', outcome: 'running', schema: { from: first, to: second } }],
    });
    expect(await close(head, { outcome: 'unknown', schema: {} })).toMatchObject({ outcome: 'running' });
    const moved = { outcome: 'moved', schema: { from: first, to: second } } as const;
    const next = w.head({ planned: ['db'] });
    await close(next, moved);
    expect(recordOf(head.id)).toMatchObject({
      outcome: 'succeeded',
      targets: [{ target: 'db', outcome: 'moved', schema: { from: first, to: second } }],
    });
    expect(existsSync(join(w.stateDir, 'deployments', `${head.id}.parts`))).toBe(false);
  });

  it('is stuck where the database has a part of it', async () => {
    const head = await begun();
    expect(await close(head, { outcome: 'half-way', schema: { from: first, to: first } })).toMatchObject({
      outcome: 'stuck',
      targets: [{ outcome: 'stuck', schema: { from: first, to: first } }],
    });
  });
});
