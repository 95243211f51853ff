import { openChaos, type ScheduleRun } from './chaos';
import { formatSchedule } from './schedule/line';
import type { Schedule, Strategy } from './schedule/schedule';

/** What became of a schedule: what it did, or what was wrong afterwards. */
export type ScheduleEnd = { readonly line: string } & (
  { readonly outcome: 'well'; readonly run: ScheduleRun } | { readonly outcome: 'failed'; readonly message: string }
);

const LANES: readonly Strategy[] = ['rolling', 'blue-green'];

/**
 * Runs all schedules, each strategy on hosts of its own, so that both go at the same time. A failure hides no other: the rest goes on,
 * on new hosts. Returns every end, and tells each to `told` as it comes.
 */
export const runSchedules = async (
  schedules: readonly Schedule[],
  told: (end: ScheduleEnd) => void = () => undefined,
): Promise<readonly ScheduleEnd[]> => {
  const chaos = openChaos();
  const endOf = async (schedule: Schedule): Promise<ScheduleEnd> => {
    const line = formatSchedule(schedule);
    try {
      return { line, outcome: 'well', run: await chaos.run(schedule) };
    } catch (error) {
      return { line, outcome: 'failed', message: String(error) };
    }
  };
  const lane = async (strategy: Strategy): Promise<readonly ScheduleEnd[]> => {
    const ends: ScheduleEnd[] = [];
    for (const schedule of schedules.filter((one) => one.strategy === strategy)) {
      const end = await endOf(schedule);
      told(end);
      ends.push(end);
    }
    return ends;
  };
  try {
    return (await Promise.all(LANES.map(lane))).flat();
  } finally {
    await chaos.close();
  }
};
