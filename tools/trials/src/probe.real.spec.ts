import { describeReal } from '@polydev/sandbox/real';
import { openRealWorld } from '../testing/real-world';
import { startDeployer } from '../testing/deployers';
describeReal('probe', () => {
  it.each(['blue-green','rolling'] as const)('x %s', async (strategy) => {
    const w = await openRealWorld({ strategy });
    const t = (s: string, since: number) => console.error(s, Date.now() - since);
    for (const v of ['1','2','3']) {
      const demo = await w.demo(v);
      let s = Date.now();
      if (v !== '3') { await w.deploy(demo); t('in-process deploy', s); }
      else {
        const d = startDeployer({ environment: w.environment, verb: 'deploy', artifactDirectory: demo.directory, head: w.head(), stops: [{effect: 3, when: 'after'}] });
        console.error('stopped', await d.stopped()); t('to stop', s); d.go();
        const e = await d.ended; t('process deploy', s);
        console.error(e.effects, e.steps, e.failure, e.record?.outcome);
        console.error(e.lines.filter(l=>l.includes('durationMs')).join('\n'));
      }
    }
    const m = w.machines[0]!;
    console.error((await m.run(['sh','-c','cd /opt/polydev-ai; find . -maxdepth 5 | grep -v web-socket | head -80; head -5 targets/shop/releases/*.mtree; tail -3 targets/shop/journal.jsonl | cut -c 1-300; cat targets/shop/target.json; which curl socat node; systemctl list-units "polydev*"'])).stdout);
    await w.close();
  }, 200000);
});
