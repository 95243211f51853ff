import { describeReal } from '@polydev/sandbox/real';
import { strike } from '../testing/strikes';
import { openTrial, type Trial } from '../testing/trial';

describeReal('x', () => {
  let trial: Trial;
  beforeAll(async () => {
    trial = await openTrial('blue-green');
  }, 120_000);
  afterAll(() => trial.world.close());
  it('x', async () => {
    console.error(trial.courses, trial.world.machines[0]!.disk);
    console.error(
      await trial.world.machines[0]!.run([
        'sh',
        '-c',
        'df /opt; df -i /opt; touch /opt/x; exec 3>>/opt/x; mount -o remount,ro /opt; echo $?; mount -o remount,abort /opt; echo $?; touch /opt/z; mount | grep opt',
      ]),
    );
  }, 60_000);
  for (const fault of ['deployer-killed', 'host-killed', 'link-cut-2s'] as const)
    it(
      fault,
      async () => {
        let s = Date.now();
        const t = (w: string) => {
          console.error(fault, w, Date.now() - s);
          s = Date.now();
        };
        const deployer = trial.begin({ demo: await trial.next(), stops: [{ effect: 6, when: 'after' }] });
        await deployer.stopped();
        t('stop');
        const heal = await strike(fault, { trial, deployer, machine: trial.world.machines[0]! });
        t('strike');
        const e = await deployer.ended;
        t('end');
        console.error(e.failure, e.record?.outcome, e.effects.length);
        await heal();
        await trial.assertServes();
        t('serves');
        await trial.settle();
        t('settle');
      },
      60_000,
    );
});
