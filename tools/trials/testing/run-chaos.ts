import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { runSchedules, type ScheduleEnd } from '../src/chaos-lanes';
import { seedOfReplay, seedsOf } from '../src/schedule/line';
import { scheduleOf } from '../src/schedule/schedule';

/** `npm run chaos -- [--count=500] [--seed=<text>] [--replay=<seed>]`: random schedules on real hosts; all failures at the end. */
const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { count: { type: 'string' }, seed: { type: 'string' }, replay: { type: 'string' } },
  });
  const seed = values.seed ?? commit();
  const seeds =
    values.replay === undefined ? seedsOf(seed, Number(values.count ?? 500)) : [seedOfReplay(values.replay)];
  const ends: ScheduleEnd[] = [];
  const began = Date.now();
  await runSchedules(seeds.map(scheduleOf), (end) => {
    ends.push(end);
    console.log(`${end.line}\n  ${ends.length} of ${seeds.length}: ${textOf(end)}`);
    writeReport(seed, ends, minutesSince(began));
  });
  const failed = ends.flatMap((end) => (end.outcome === 'failed' ? [end] : []));
  console.log(
    `${ends.length} schedule${ends.length === 1 ? '' : 's'} in ${minutesSince(began)} minutes, ${failed.length || 'none'} failed.`,
  );
  for (const { line } of failed) console.log(`Replay it with: npm run chaos -- --replay=${line.split(' ')[0]}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
};

const textOf = (end: ScheduleEnd): string =>
  end.outcome === 'well' ? `all well after ${(end.run.milliseconds / 1000).toFixed(1)} s` : `FAILED: ${end.message}`;

const minutesSince = (began: number): number => Math.round((Date.now() - began) / 6_000) / 10;

const commit = (): string => execFileSync('git', ['rev-parse', 'HEAD'], { cwd: __dirname, encoding: 'utf8' }).trim();

/** Written after each schedule, so that a run which is ended early leaves what it saw. */
const writeReport = (seed: string, ends: readonly ScheduleEnd[], minutes: number): void => {
  const directory = join(__dirname, '../../../reports/trials');
  const failures = ends.flatMap((end) => (end.outcome === 'failed' ? [end] : []));
  const operationsStruck: Record<string, number> = {};
  for (const end of ends) {
    if (end.outcome !== 'well') continue;
    for (const fault of end.run.struck) operationsStruck[fault] = (operationsStruck[fault] ?? 0) + 1;
  }
  const report = { seed, count: ends.length, minutes, operationsStruck, failures };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'chaos.json'), `${JSON.stringify(report, null, 2)}\n`);
};

void main();
