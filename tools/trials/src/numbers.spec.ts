import type { Event } from '@polydev/reporting';
import { costOf } from './broken';
import type { LoadKind, Outcome } from './load/kinds';
import type { Load } from './load/start-load';
import { Tally } from './load/tally';
import { markSwitches, numbersOf, numbersTable } from './numbers';

const outcome = (more: Partial<Outcome> & { readonly kind: LoadKind }): Outcome => ({
  startedAt: 0,
  endedAt: 4,
  tookMs: 4,
  result: 'ok',
  ...more,
});

/** A load that notes what it is told to mark, in the words of its report. */
const notedIn = (said: string[]): Load => ({
  pid: undefined,
  mark: (name) => {
    said.push(name);
    return Promise.resolve();
  },
  unmark: () => void said.push('end'),
  stop: () => Promise.resolve(new Tally().report(0)),
  kill: () => undefined,
});

const step = (name: string, state: 'started' | 'done' | 'failed'): Event => ({
  kind: 'step',
  step: name,
  state,
  host: 'web-1',
});

describe('the switches of a trial', () => {
  it('are the moves of traffic where two releases stand side by side', () => {
    const said: string[] = [];
    const { watch, onEvent } = markSwitches('blue-green');
    watch(notedIn(said));
    for (const name of ['start release', 'move traffic', 'swap', 'move traffic']) {
      onEvent(step(name, 'started'));
      onEvent(step(name, 'done'));
    }
    expect(said).toEqual(['switch 1', 'end', 'switch 2', 'end']);
  });

  it('last in place from the swap until the new release proved healthy, or did not', () => {
    const said: string[] = [];
    const { watch, onEvent } = markSwitches('rolling');
    watch(notedIn(said));
    for (const name of ['swap', 'restart'])
      for (const state of ['started', 'done'] as const) onEvent(step(name, state));
    onEvent(step('health check', 'started'));
    expect(said).toEqual(['switch 1']);
    onEvent(step('health check', 'failed'));
    expect(said).toEqual(['switch 1', 'end']);
  });

  it('are nobody’s where no load runs', () => {
    const said: string[] = [];
    const { watch, onEvent } = markSwitches('rolling');
    watch(notedIn(said));
    watch(undefined);
    onEvent(step('swap', 'started'));
    expect(said).toEqual([]);
  });
});

describe('the figures of a trial', () => {
  const tally = new Tally();
  tally.mark('switch 1', 0);
  tally.add(outcome({ kind: 'get', tookMs: 12 }));
  tally.add(outcome({ kind: 'post', endedAt: 100, result: 'failed', reason: 'status 502' }));
  tally.unmark(200);
  tally.add(outcome({ kind: 'stream', startedAt: 300, endedAt: 900, tookMs: 600, result: 'truncated', reason: 'cut' }));
  const report = tally.report(1000);

  it('count all kinds, and know the longest request that overlapped a switch', () => {
    const numbers = numbersOf({ strategy: 'rolling', what: '1 deploy', report });
    expect(numbers).toMatchObject({ requests: 3, failed: 1, truncated: 1, longestInSwitchMs: 12 });
    expect(numbersTable([numbers]).split('\n').at(-1)).toMatch(/^rolling +1 deploy +3 +1 +1 +12 ms/);
  });

  it('say how long requests failed, from the first to the last of any kind', () => {
    expect(costOf(report)).toEqual({ requests: 3, failed: 1, truncated: 1, longestMs: 600, failingMs: 800 });
  });

  it('say of a load that lost nothing that nothing failed for no time', () => {
    const whole = new Tally();
    whole.add(outcome({ kind: 'get' }));
    expect(costOf(whole.report(10))).toEqual({ requests: 1, failed: 0, truncated: 0, longestMs: 4, failingMs: 0 });
  });
});
