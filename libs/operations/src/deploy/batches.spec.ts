import { batchesOf, hostsAtOnce } from './batches';

test.each([
  [{ hosts: 1 }, 3, 1],
  [{ hosts: 2 }, 5, 2],
  [{ hosts: 9 }, 3, 3],
  [{ percent: 25 }, 8, 2],
  [{ percent: 25 }, 7, 1],
  [{ percent: 25 }, 2, 1],
  [{ percent: 100 }, 5, 5],
])('%j of %i hosts are %i at once', (maxParallel, hosts, atOnce) => {
  expect(hostsAtOnce({ maxParallel, pauseMs: 0 }, hosts)).toBe(atOnce);
});

test('five hosts in batches of two are three batches, in order', () => {
  expect(batchesOf(['a', 'b', 'c', 'd', 'e'], 2)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  expect(batchesOf([], 2)).toEqual([]);
});
