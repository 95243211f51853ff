import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '@polydev/reporting';
import { describeReal, type RealHost } from '@polydev/sandbox/real';
import { demoTarget, openRealWorld, type RealWorld } from '../testing/real-world';
import type { Demo } from './demo';
import { formatLoadReport, lostIn, mixesIn, type LoadReport } from './load/report';
import { startLoad, type Load } from './load/start-load';
import { writeFigures } from './numbers';

const MINUTES = 60_000;
const OLD = 'old-shop.service';
const ENGINE = 'polydev-shop-traffic.service';

/** A unit as somebody wrote it by hand, years ago. */
const OLD_UNIT = `[Unit]
Description=Shop

[Service]
WorkingDirectory=/srv/old-shop
Environment=HOST=0.0.0.0 PORT=80
ExecStart=/usr/bin/node server.js

[Install]
WantedBy=multi-user.target
`;

const succeeds = async (machine: RealHost, argv: readonly string[], input = ''): Promise<void> => {
  const { exitCode, stderr } = await machine.run(argv, { input });
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
};

const installByHand = async (machine: RealHost, { directory }: Demo): Promise<void> => {
  await succeeds(machine, ['mkdir', '/srv/old-shop']);
  for (const name of readdirSync(directory)) {
    await succeeds(machine, ['tee', `/srv/old-shop/${name}`], readFileSync(join(directory, name), 'utf8'));
  }
  await succeeds(machine, ['tee', `/etc/systemd/system/${OLD}`], OLD_UNIT);
  await succeeds(machine, ['systemctl', 'daemon-reload']);
  await succeeds(machine, ['systemctl', 'enable', '--now', OLD]);
};

describeReal('a first blue-green deploy where a unit of somebody’s owns the port', () => {
  let world: RealWorld;
  let old: Demo;
  let load: Load | undefined;

  const onEvent = (event: Event) => {
    if (event.kind !== 'step' || event.step !== 'take over the port') return;
    if (event.state === 'started') void load?.mark('the port changes hands');
    else load?.unmark();
  };

  beforeAll(async () => {
    const { traffic } = demoTarget('blue-green');
    const ours = traffic && { ...traffic, takesOver: OLD, observeMs: 3_000, drainTimeoutMs: 2_000 };
    world = await openRealWorld({ strategy: 'blue-green', onEvent, target: { ...(ours ? { traffic: ours } : {}) } });
    old = await world.demo('old');
    await installByHand(world.machines[0]!, old);
  }, 5 * MINUTES);
  afterAll(() => world.close());

  const unit = async (name: string): Promise<readonly string[]> =>
    Promise.all(
      ['is-active', 'is-enabled'].map(async (what) =>
        (await world.machines[0]!.run(['systemctl', what, name])).stdout.trim(),
      ),
    );

  const deployUnderLoad = async (edition: Demo) => {
    const connections = { get: 4, post: 4, 'new-connection': 4 };
    load = await startLoad({ url: world.url(), inside: world.hosts.inside, connections });
    const before = world.events.length;
    try {
      const { record } = await world.deploy(edition);
      const report = await load.stop();
      process.stderr.write(`\n${edition.version}: ${formatLoadReport(report)}\n`);
      return { record, report, events: world.events.slice(before) };
    } finally {
      load.kill();
      load = undefined;
    }
  };

  const gapIn = (events: readonly Event[]): number => {
    const details = events.map((event) => (event.kind === 'step' ? (event.detail ?? '') : ''));
    return Number(/nobody answered on port 80 for (\d+) ms/.exec(details.join('\n'))?.[1]);
  };
  const sawLast = ({ answers }: LoadReport) => answers.toSorted((a, b) => a.lastAt - b.lastAt).at(-1)?.digest;

  it('gives the port back where the new release proves broken under traffic', async () => {
    const fault = { kind: 'later-500', seconds: 4 } as const;
    const { record, report } = await deployUnderLoad(await world.demo('broken', { fault }));
    expect(record.outcome).toBe('taken-back');
    expect(record.hosts[0]?.failedStep).toBe('observe');
    expect(sawLast(report)).toBe(old.digest);
    expect([await unit(OLD), await unit(ENGINE)]).toEqual([
      ['active', 'enabled'],
      ['inactive', 'disabled'],
    ]);
  });

  it('takes the port over with a gap that is announced and measured, and nothing is lost outside of it', async () => {
    const edition = await world.demo('1');
    const { record, report, events } = await deployUnderLoad(edition);
    expect(record.outcome).toBe('moved');
    const text = expect.stringMatching(
      /^Nobody answers on port 80 for a moment, while it passes from old-shop/,
    ) as string;
    expect(events).toContainEqual(expect.objectContaining({ kind: 'note', text }));
    expect(gapIn(events)).toBeGreaterThan(0);
    const { failed, truncated } = lostIn(report);
    expect(failed).toBeGreaterThan(0);
    expect(report.marks[0]).toMatchObject({ failed, truncated });
    expect(mixesIn(report, [old.digest, edition.digest])).toEqual([]);
    expect(sawLast(report)).toBe(edition.digest);
    expect([await unit(OLD), await unit(ENGINE)]).toEqual([
      ['inactive', 'disabled'],
      ['active', 'enabled'],
    ]);
    await writeFigures('takeover', { gapMs: gapIn(events), failed, truncated, report });
  });

  it('loses nothing from then on', async () => {
    const { record, report } = await deployUnderLoad(await world.demo('2'));
    expect(record.outcome).toBe('moved');
    expect(lostIn(report)).toEqual({ failed: 0, truncated: 0 });
  });
});
