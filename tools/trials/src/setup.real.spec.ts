import { preflight, setUpHosts } from '@polydev/operations';
import { describeReal } from '@polydev/sandbox/real';
import { openRealWorld, type RealWorld } from '../testing/real-world';

const calm = new AbortController().signal;

describeReal('a bare host', () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await openRealWorld({ strategy: 'blue-green' });
  }, 300_000);
  afterAll(() => world.close());

  const setUp = (dryRun: boolean) =>
    setUpHosts({ ...world, as: 'root', dryRun, signal: calm, report: () => undefined });
  const outcomes = async (dryRun: boolean) =>
    (await setUp(dryRun)).filter(({ outcome }) => outcome !== 'as it was').map(({ what, outcome }) => [what, outcome]);

  it('is set up over SSH once; a second time there is nothing to do', async () => {
    expect(await outcomes(false)).toEqual([]);
    const [machine] = world.machines;
    expect((await machine!.run(['id', '-nG', 'deploy'])).stdout.trim().split(' ')).toEqual([
      'deploy',
      'systemd-journal',
    ]);
    expect((await machine!.run(['systemctl', 'is-active', 'polydev-shop-traffic.service'])).stdout.trim()).toBe(
      'active',
    );
  });

  it('is looked at without being touched, and then only what differs is mended', async () => {
    const [machine] = world.machines;
    const unit = '/etc/systemd/system/polydev-shop@.service';
    const before = (await machine!.run(['cat', unit])).stdout;
    await machine!.run(['sh', '-c', `echo Nice=5 >> ${unit}; rm /etc/sudoers.d/polydev-shop`]);
    const found = [
      ['deploy may restart shop', 'missing'],
      ['unit polydev-shop@.service', 'differs'],
    ];
    expect(await outcomes(true)).toEqual([...found, ['systemd reads its units anew', 'missing']]);
    expect((await machine!.run(['tail', '-n', '1', unit])).stdout).toBe('Nice=5');
    expect(await outcomes(false)).toEqual([
      ['deploy may restart shop', 'made'],
      ['unit polydev-shop@.service', 'changed'],
      ['systemd reads its units anew', 'made'],
    ]);
    expect((await machine!.run(['cat', unit])).stdout).toBe(before);
  });

  it('is refused by preflight while its units are not those that the manifest means', async () => {
    const [machine] = world.machines;
    const codes = async () => {
      const findings = await preflight({
        ...world,
        targets: [world.target],
        head: world.head(),
        signal: calm,
        report: () => undefined,
      });
      return findings.filter(({ level }) => level === 'error').map(({ code, host, message }) => [code, host, message]);
    };
    expect(await codes()).toEqual([]);
    const unit = '/etc/systemd/system/polydev-shop-retire@.timer';
    await machine!.run(['sh', '-c', `echo '# by hand' >> ${unit}`]);
    expect(await codes()).toEqual([['SETUP_NEEDED', 'web-1', expect.stringContaining('polydev-shop-retire@.timer')]]);
    await setUp(false);
    expect(await codes()).toEqual([]);
  });

  it('takes another port at the next setup, with the release that serves', async () => {
    await world.deploy(await world.demo('v1'));
    const traffic = { ...world.target.traffic!, port: 8080 };
    const healthCheck = { ...world.target.healthCheck!, url: 'http://127.0.0.1:8080/health' };
    const target = { ...world.target, traffic, healthCheck };
    const other = { ...world, target, environment: { ...world.environment, targets: [target] } };
    const report = () => undefined;
    const rows = await setUpHosts({ ...other, as: 'root', dryRun: false, signal: calm, report });
    expect(rows.filter(({ outcome }) => outcome !== 'as it was').map(({ what }) => what)).toEqual([
      'configuration of the traffic engine of shop',
      'the traffic engine of shop reads its configuration anew',
    ]);
    const [machine] = world.machines;
    expect((await machine!.run(['curl', '-sS', 'http://127.0.0.1:8080/health'])).stdout).toContain('"version":"v1"');
    expect(
      (await preflight({ ...world, targets: [world.target], head: world.head(), signal: calm, report })).map(
        ({ code }) => code,
      ),
    ).toContain('SETUP_NEEDED');
    await setUp(false);
  }, 60_000);

  it('lets the account that deploys do what deploys do, and nothing else as root', async () => {
    const [machine] = world.machines;
    const as = async (...argv: string[]) =>
      (await machine!.run(['runuser', '-u', 'deploy', '--', 'sudo', '-n', ...argv])).exitCode;
    expect(await as('systemctl', 'reset-failed', 'polydev-shop@blue.service')).toBe(0);
    expect(await as('systemctl', 'restart', 'ssh.service')).toBe(1);
    expect(await as('id')).toBe(1);
  });

  it('is set up though another cannot be reached, which is said, or left out on purpose', async () => {
    const [machine] = world.machines;
    const [host] = world.environment.hosts;
    const hosts = [{ ...host!, name: 'web-0', port: 1 }, host!];
    const environment = { ...world.environment, hosts };
    const given = { ...world, environment, as: 'root', dryRun: false, signal: calm, report: () => undefined };
    const sudoers = '/etc/sudoers.d/polydev-shop';
    await machine!.run(['rm', sudoers]);
    await expect(setUpHosts(given)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
    expect((await machine!.run(['test', '-e', sudoers])).exitCode).toBe(0);
    await machine!.run(['rm', sudoers]);
    const rows = await setUpHosts({ ...given, environment: { ...environment, allowMissingHosts: true } });
    expect(rows.filter(({ outcome }) => outcome === 'made').map(({ host: name }) => name)).toEqual(['web-1']);
  });

  it('says who may, where the login may not', async () => {
    const asked = setUpHosts({ ...world, as: undefined, dryRun: false, signal: calm, report: () => undefined });
    await expect(asked).rejects.toMatchObject({ code: 'SETUP_NEEDS_ROOT' });
  });
});
