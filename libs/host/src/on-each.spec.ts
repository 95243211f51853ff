import { onEach } from './on-each';

test('one failure hides no other result, and results keep the order of the items', async () => {
  const results = await onEach(['a', 'b', 'c'], { limit: 3 }, async (item) => {
    if (item === 'b') throw new Error('b is down');
    return item.toUpperCase();
  });

  expect(results).toEqual([
    { item: 'a', ok: true, value: 'A' },
    { item: 'b', ok: false, error: new Error('b is down') },
    { item: 'c', ok: true, value: 'C' },
  ]);
});

test('no more than `limit` are under way at a time', async () => {
  let running = 0;
  let most = 0;
  await onEach([1, 2, 3, 4, 5], { limit: 2 }, async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  });

  expect(most).toBe(2);
});
