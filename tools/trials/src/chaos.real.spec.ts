import { execFileSync } from 'node:child_process';
import { describeReal } from '@polydev/sandbox/real';
import { runSchedules } from './chaos-lanes';
import { formatSchedule, seedsOf } from './schedule/line';
import { scheduleOf } from './schedule/schedule';

/** The same for every run of one commit; nightly runs and people choose their own by `npm run chaos`. */
const seed = (): string =>
  process.env['POLYDEV_SEED'] ??
  execFileSync('git', ['rev-parse', 'HEAD'], { cwd: __dirname, encoding: 'utf8' }).trim();

const COUNT = 25;
const LONGEST_MS = 900_000;

describeReal(`${COUNT} random schedules of faults, chosen by the commit`, () => {
  const schedules = seedsOf(seed(), COUNT).map(scheduleOf);

  it(
    'leave old or new after each fault, and a next deploy that mends everything by itself',
    async () => {
      process.stderr.write(`${schedules.map(formatSchedule).join('\n')}\n`);
      const ends = await runSchedules(schedules);
      expect(ends.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
      expect(ends).toHaveLength(COUNT);
    },
    LONGEST_MS,
  );
});
