import type { Outcome } from './kinds';
import { formatLoadReport, lostIn } from './report';
import { Tally } from './tally';

const outcome = (more: Partial<Outcome>): Outcome => ({
  kind: 'get',
  startedAt: 0,
  endedAt: 4,
  tookMs: 4,
  result: 'ok',
  ...more,
});

describe('a load report', () => {
  it('counts for an interval what overlapped it, however it began and ended', () => {
    const tally = new Tally();
    tally.mark('switch', 100);
    tally.unmark(200);
    tally.add(outcome({ startedAt: 0, endedAt: 99 }));
    tally.add(outcome({ startedAt: 0, endedAt: 300, tookMs: 300 }));
    tally.add(outcome({ startedAt: 150, endedAt: 160, result: 'failed', reason: 'socket hang up' }));
    tally.add(outcome({ startedAt: 201, endedAt: 900, tookMs: 699 }));
    expect(tally.report(1000).marks).toEqual([
      {
        name: 'switch',
        from: 100,
        to: 200,
        requests: 2,
        failed: 1,
        truncated: 0,
        longest: { kind: 'get', ms: 300, at: 0 },
      },
    ]);
  });

  it('keeps the first twenty reasons and the time of the last failure', () => {
    const tally = new Tally();
    for (let at = 1; at <= 30; at++) tally.add(outcome({ endedAt: at, result: 'failed', reason: `number ${at}` }));
    const { get } = tally.report(1000).kinds;
    expect(get.reasons).toHaveLength(20);
    expect(get.reasons[19]).toEqual({ at: 20, reason: 'number 20' });
    expect(get).toMatchObject({ failed: 30, lastFailureAt: 30 });
  });

  it('is a table a person can read, with every reason below', () => {
    const tally = new Tally();
    tally.opened('get');
    tally.opened('stream');
    tally.answered('d1', 1);
    tally.add(outcome({}));
    tally.mark('switch', 500);
    tally.add(
      outcome({ kind: 'stream', startedAt: 490, endedAt: 1500, tookMs: 12, result: 'truncated', reason: 'aborted' }),
    );
    tally.unmark(900);
    const report = tally.report(2000);
    expect(lostIn(report)).toEqual({ failed: 0, truncated: 1 });
    expect(formatLoadReport(report)).toBe(
      [
        '2.0 s, 1 version answered',
        'kind    ok  failed  truncated  connections  p50     p99     longest',
        'get     1   0       0          1            4.0 ms  4.0 ms  4.0 ms',
        'stream  0   0       1          1            12 ms   12 ms   12 ms',
        '',
        'interval  from    to      requests  failed  truncated  longest',
        'switch    500 ms  900 ms  1         0       1          12 ms (stream)',
        '',
        'Lost:',
        '  stream at 1500 ms: aborted',
      ].join('\n'),
    );
  });
});
