import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { openChaos } from '../src/chaos';
import { formatSchedule, seedOfReplay, seedsOf } from '../src/schedule/line';
import { scheduleOf } from '../src/schedule/schedule';

/** `npm run chaos -- [--count=500] [--seed=<text>] [--replay='<line>']`: random schedules on real hosts, until one fails. */
const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { count: { type: 'string' }, seed: { type: 'string' }, replay: { type: 'string' } },
  });
  const seed = values.seed ?? commit();
  const seeds =
    values.replay === undefined ? seedsOf(seed, Number(values.count ?? 500)) : [seedOfReplay(values.replay)];
  const chaos = openChaos();
  const began = Date.now();
  const faults: Record<string, number> = {};
  let done = 0;
  let failure: { readonly line: string; readonly message: string } | undefined;
  for (const one of seeds) {
    const schedule = scheduleOf(one);
    const line = formatSchedule(schedule);
    console.log(line);
    try {
      const { struck, milliseconds } = await chaos.run(schedule);
      for (const fault of struck) faults[fault] = (faults[fault] ?? 0) + 1;
      done += 1;
      console.log(`  ${done}: all well after ${(milliseconds / 1000).toFixed(1)} s`);
    } catch (error) {
      failure = { line, message: String(error) };
      break;
    }
  }
  await chaos.close();
  const minutes = Math.round((Date.now() - began) / 6_000) / 10;
  writeReport({ seed, count: done, operationsStruck: faults, failures: failure ? [failure] : [], minutes });
  if (!failure) return console.log(`${done} schedules in ${minutes} minutes, none failed.`);
  console.error(`${failure.message}\n\nReplay it with: npm run chaos -- --replay='${failure.line.split(' ')[0]}'`);
  process.exitCode = 1;
};

const commit = (): string => execFileSync('git', ['rev-parse', 'HEAD'], { cwd: __dirname, encoding: 'utf8' }).trim();

const writeReport = (report: object): void => {
  const directory = join(__dirname, '../../../reports/trials');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'chaos.json'), `${JSON.stringify(report, null, 2)}\n`);
};

void main();
