import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownTime, vmClock } from './vm-clock';

const SPIN = 'while :; do :; done';

describe('the clock of a VM', () => {
  const started: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of started.splice(0)) {
      const ended = once(child, 'exit');
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await ended;
    }
  });
  const start = (script: string): number => {
    const child = spawn('/bin/sh', ['-c', script], { stdio: 'ignore', detached: true });
    started.push(child);
    return child.pid ?? 0;
  };
  /** The processors that this process may use; the first of them is enough for all. */
  const [processor = '0'] = execFileSync('taskset', ['-pc', String(process.pid)], { encoding: 'utf8' })
    .replace(/^.*: /s, '')
    .split(/[-,\s]/);
  const onOne = (script: string): number => start(`exec taskset -c ${processor} sh -c '${script}'`);

  it('stands still while others have the processor that the VM, or what it has started, wants', async () => {
    const pid = onOne(`${SPIN} & wait`);
    onOne(SPIN);
    onOne(SPIN);
    await sleep(200);
    const clock = await vmClock(pid);
    const began = performance.now();
    await sleep(2_000);
    const elapsed = await clock.elapsed();
    expect(elapsed).toBeLessThan((performance.now() - began) * 0.9);
    expect(elapsed).toBeGreaterThan(0);
  });

  it('goes on for one that waits for something else, and for one that has ended', async () => {
    const idle = await vmClock(start('sleep 60'));
    const gone = await vmClock(2 ** 22 + 1);
    await sleep(1_000);
    expect(await idle.passed(100)).toBe(true);
    expect(await gone.passed(100)).toBe(true);
    expect(await idle.passed(3_600_000)).toBe(false);
  });

  it.each([
    ['nobody was in its way', 1_000, 0, 1_000],
    ['it had half of the processor', 1_000, 500, 500],
    ['two of its threads waited all the time: a quarter counts', 1_000, 2_000, 250],
    ['a thread that had waited has ended', 1_000, -400, 1_000],
  ])('counts what it should: %s', (_, real, waited, counted) => expect(ownTime(real, waited)).toBe(counted));
});
