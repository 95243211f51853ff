import type { TargetView } from '@polydev/contract';
import { summaryOf } from './summary';
import { agoWords, durationWords, momentWords } from './time';

describe('durationWords', () => {
  it.each([
    [0, '0 ms'],
    [849.6, '850 ms'],
    [1_000, '1.0 s'],
    [4_240, '4.2 s'],
    [59_400, '59 s'],
    [60_000, '1 min'],
    [200_000, '3 min 20 s'],
    [3_900_000, '1 h 5 min'],
    [7_200_000, '2 h'],
  ])('says %d ms as "%s"', (ms, words) => expect(durationWords(ms)).toBe(words));
});

describe('agoWords', () => {
  const now = Date.parse('2026-11-24T12:00:00.000Z');
  it.each([
    ['2026-11-24T12:00:05.000Z', 'just now'],
    ['2026-11-24T11:59:01.000Z', 'just now'],
    ['2026-11-24T11:55:00.000Z', '5 min ago'],
    ['2026-11-24T09:00:00.000Z', '3 h ago'],
    ['2026-11-23T11:00:00.000Z', 'yesterday'],
    ['2026-11-12T11:00:00.000Z', '12 days ago'],
  ])('says %s as "%s"', (at, words) => expect(agoWords(at, now)).toBe(words));
});

describe('momentWords', () => {
  it('names the time zone', () => expect(momentWords('2026-11-24T08:15:30.123Z')).toBe('24 Nov 2026, 08:15 UTC'));
});

describe('summaryOf', () => {
  const targets = (...states: TargetView['health'][]): TargetView[] =>
    states.map((health, index) => ({ target: `t${index}`, environment: 'e', path: '/p', health }));
  it.each<[TargetView['health'][], string]>([
    [[], 'Nothing has been deployed yet'],
    [['not-checked'], 'No target has a health check'],
    [['healthy', 'healthy'], 'All targets are healthy'],
    [['healthy', 'not-checked'], 'All checked targets are healthy'],
    [['healthy', 'unhealthy'], 't1 is unhealthy'],
    [['unhealthy', 'unhealthy', 'healthy', 'not-checked'], '2 of 3 checked targets are unhealthy'],
  ])('of %j is "%s"', (states, sentence) => expect(summaryOf(targets(...states)).sentence).toBe(sentence));
});
