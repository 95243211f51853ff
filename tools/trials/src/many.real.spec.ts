import type { TargetRecord } from '@polydev/contract';
import { describeReal } from '@polydev/sandbox/real';
import { openRealWorld, type RealWorld } from '../testing/real-world';

describeReal('three real hosts', () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await openRealWorld({ strategy: 'rolling', hosts: 3 });
  }, 300_000);
  afterAll(() => world.close());

  const outcomesOf = ({ hosts }: TargetRecord) => hosts.map(({ host, outcome }) => [host, outcome]);
  const all = (outcome: string) => world.machines.map(({ name }) => [name, outcome]);
  /** Versions that the hosts answer with, by what a client in their network sees. */
  const served = () =>
    Promise.all(
      world.machines.map(async ({ address }) => {
        const [machine] = world.machines;
        const { stdout } = await machine!.run(['curl', '-sS', '-m', '5', `http://${address}/health`]);
        return (JSON.parse(stdout) as { version: string }).version;
      }),
    );
  const allowed = () => ({ ...world.environment, allowMissingHosts: true });
  /** An edition that does not start on the named host. */
  const failingOn = async (name: string) => {
    const demo = await world.demo('v-bad');
    const target = {
      ...world.target,
      postDeploy: `test "$(hostname)" != ${name}`,
    };
    return { demo, environment: { ...world.environment, targets: [target] }, target };
  };

  it('move one after another, each behind its own traffic engine', async () => {
    const { record } = await world.deploy(await world.demo('v1'));
    expect(outcomesOf(record)).toEqual(all('moved'));
    expect(await served()).toEqual(['v1', 'v1', 'v1']);
    const { record: again } = await world.deploy(await world.demo('v1'));
    expect(outcomesOf(again)).toEqual(all('unchanged'));
  }, 60_000);

  it('go back together when the last one fails', async () => {
    const { demo, target, environment } = await failingOn('web-3');
    const { record } = await world.deploy(demo, { environment, target });
    expect(outcomesOf(record)).toEqual(all('taken-back'));
    expect(await served()).toEqual(['v1', 'v1', 'v1']);
  }, 90_000);

  it('keep what has moved with rollback_on_failure: host', async () => {
    const { demo, target, environment } = await failingOn('web-2');
    const { record } = await world.deploy(demo, { environment, target: { ...target, rollbackOnFailure: 'host' } });
    expect(outcomesOf(record)).toEqual([
      ['web-1', 'moved'],
      ['web-2', 'taken-back'],
      ['web-3', 'not-reached'],
    ]);
    expect(await served()).toEqual(['v-bad', 'v1', 'v1']);
    await world.deploy(await world.demo('v2'));
    expect(await served()).toEqual(['v2', 'v2', 'v2']);
  }, 90_000);

  it('of which one is cut off are named before anything starts; left out on purpose, it is brought level later', async () => {
    const [, , third] = world.machines;
    await third!.cutLink();
    const demo = await world.demo('v3');
    await expect(world.deploy(demo)).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: expect.stringContaining('web-3') as string,
    });
    const { record } = await world.deploy(demo, { environment: allowed() });
    expect(outcomesOf(record)).toEqual([
      ['web-1', 'moved'],
      ['web-2', 'moved'],
      ['web-3', 'not-reached'],
    ]);
    await third!.healLink();
    expect(await served()).toEqual(['v3', 'v3', 'v2']);
    const later = await world.deploy(demo);
    expect(outcomesOf(later.record)).toEqual([
      ['web-1', 'unchanged'],
      ['web-2', 'unchanged'],
      ['web-3', 'moved'],
    ]);
    expect(await served()).toEqual(['v3', 'v3', 'v3']);
  }, 120_000);

  it('serve what they served after a power cut of all of them', async () => {
    await Promise.all(world.machines.map((machine) => machine.powerCut()));
    await Promise.all(world.machines.map((machine) => machine.boot()));
    expect(await served()).toEqual(['v3', 'v3', 'v3']);
    const { record } = await world.deploy(await world.demo('v3'));
    expect(outcomesOf(record)).toEqual(all('unchanged'));
  }, 60_000);
});
