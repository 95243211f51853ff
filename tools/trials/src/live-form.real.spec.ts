import { setUpHosts } from '@polydev/operations';
import { describeReal } from '@polydev/sandbox/real';
import { demoTarget, openRealWorld, type RealWorld } from '../testing/real-world';

const calm = new AbortController().signal;

describeReal('a live target', () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await openRealWorld({ strategy: 'blue-green' });
    await world.deploy(await world.demo('v1'));
  }, 300_000);
  afterAll(() => world.close());

  const setUp = (target = world.target) =>
    setUpHosts({
      target,
      environment: { ...world.environment, targets: [target] },
      as: 'root',
      dryRun: false,
      signal: calm,
      report: () => undefined,
    });
  const serves = async () =>
    (await world.machines[0]!.run(['curl', '-sS', '-m', '5', 'http://127.0.0.1/health'])).stdout;

  it.each([
    ['another strategy', () => demoTarget('rolling')],
    [
      'other ports of its slots',
      () => ({ ...world.target, traffic: { ...world.target.traffic!, slots: { blue: 5001, green: 5002 } } }),
    ],
  ])('is not set up over in %s, and goes on serving', async (_, other) => {
    await expect(setUp(other())).rejects.toMatchObject({ code: 'SETUP_CONFLICT' });
    expect(await serves()).toContain('"version":"v1"');
  });

  it('is restarted by the next deploy where what its process was started with has changed', async () => {
    const service = { ...world.target.service!, environment: { COLOR: 'red' } };
    const target = { ...world.target, service };
    await setUp(target);
    const environment = { ...world.environment, targets: [target] };
    const { record } = await world.deploy(await world.demo('v1'), { target, environment });
    expect(record.outcome).toBe('moved');
    const shown = await world.machines[0]!.run([
      'sh',
      '-c',
      'for p in $(pgrep -f server.js); do tr "\\0" "\\n" </proc/$p/environ | grep ^COLOR; done',
    ]);
    expect(shown.stdout).toContain('COLOR=red');
  }, 60_000);

  it('that no health check asks has at least to stay up', async () => {
    const {
      healthCheck: _,
      traffic: __,
      ...bare
    } = demoTarget('rolling', { name: 'worker', path: '/opt/worker/current' });
    const target = { ...bare, service: { ...bare.service!, type: 'exec' as const, port: 4999 } };
    const environment = { ...world.environment, targets: [target] };
    await setUp(target);
    const broken = await world.deploy(await world.demo('v1', { fault: 'dies-after-1s' }), { target, environment });
    expect(broken.record).toMatchObject({ outcome: 'taken-back', hosts: [{ failedStep: 'health check' }] });
  }, 60_000);
});
