import { openChaos, worldOf, type ScheduleRun } from './chaos';
import { formatSchedule } from './schedule/line';
import type { Schedule } from './schedule/schedule';

/** What became of a schedule: what it did, or what was wrong afterwards. */
export type ScheduleEnd = { readonly line: string } & (
  { readonly outcome: 'well'; readonly run: ScheduleRun } | { readonly outcome: 'failed'; readonly message: string }
);

/**
 * Runs all schedules. Those of one strategy and number of hosts go one after another on the same hosts, the kinds beside each other: a
 * schedule mostly waits. A failure hides no other: the rest goes on, on new hosts. Returns every end, and tells each to `told` as it comes.
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
  const lane = async (kind: string): Promise<readonly ScheduleEnd[]> => {
    const ends: ScheduleEnd[] = [];
    for (const schedule of schedules.filter((one) => worldOf(one) === kind)) {
      const end = await endOf(schedule);
      told(end);
      ends.push(end);
    }
    return ends;
  };
  try {
    return (await Promise.all([...new Set(schedules.map(worldOf))].map(lane))).flat();
  } finally {
    await chaos.close();
  }
};
