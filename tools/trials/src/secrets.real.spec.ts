import { decrypted } from '@polydev/operations/testing';
import { describeReal } from '@polydev/sandbox/real';
import { leaksInTexts, plantCanary } from '@polydev/secrets/testing';
import { openRealWorld, type RealWorld } from '../testing/real-world';

// A host boots, and every release is watched for a while.
jest.setTimeout(300_000);

describeReal('decrypted values of a service that systemd runs', () => {
  let world: RealWorld;
  afterEach(() => world.close());

  const machine = () => world.machines[0]!;
  /** What the unit's process was started with. */
  const tokenOf = async (unit: string): Promise<string | undefined> => {
    const script = 'tr "\\0" "\\1" < "/proc/$(systemctl show --property=MainPID --value "$0")/environ"';
    const { stdout } = await machine().run(['sh', '-c', script, unit]);
    return stdout
      .split('\u0001')
      .find((entry) => entry.startsWith('TOKEN='))
      ?.slice('TOKEN='.length);
  };
  const having = (token: string, setAt: string) => ({
    environment: { ...world.environment, secrets: decrypted({ TOKEN: token }, setAt) },
  });
  const file = '/opt/polydev-ai/targets/shop/secrets/live.env';

  it('are read from a file of root and the account that deploys, in place; what systemd tells of the unit has none of them', async () => {
    world = await openRealWorld({ strategy: 'rolling', target: { secrets: ['TOKEN'] } });
    const canary = plantCanary();
    const deployed = await world.deploy(await world.demo('v1'), having(canary.value, '2026-11-24T08:00:00Z'));
    expect(deployed.record.outcome).toBe('moved');
    expect(await tokenOf('polydev-shop.service')).toBe(canary.value);
    const { stdout: stat } = await machine().run(['stat', '--format', '%a %U', file, file.replace('/live.env', '')]);
    expect(stat.trim().split('\n')).toEqual(['600 deploy', '700 deploy']);
    const { stdout: shown } = await machine().run(['systemctl', 'show', 'polydev-shop.service']);
    const { stdout: journal } = await machine().run(['journalctl', '--no-pager']);
    expect(leaksInTexts(canary, { shown, journal, events: JSON.stringify(world.events) })).toEqual([]);
  });

  it('of now are given to a release that is still warm from before, when it is gone back to', async () => {
    world = await openRealWorld({ strategy: 'blue-green', target: { secrets: ['TOKEN'] } });
    await world.deploy(await world.demo('v1'), having('the value before', '2026-11-24T08:00:00Z'));
    expect(await tokenOf('polydev-shop@blue.service')).toBe('the value before');
    const now = having('the value of now', '2026-11-25T08:00:00Z');
    await world.deploy(await world.demo('v2'), now);
    expect(await tokenOf('polydev-shop@green.service')).toBe('the value of now');
    expect(await tokenOf('polydev-shop@blue.service')).toBe('the value before');
    const { targets } = await world.rollback(now);
    expect(targets[0]?.outcome).toBe('moved');
    expect(await tokenOf('polydev-shop@blue.service')).toBe('the value of now');
  });
});
