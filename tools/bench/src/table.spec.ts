import { median, tableOf } from './table';

it.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
])('the median of %j is %d', (values, expected) => expect(median(values)).toBe(expected));

it('a row is put beside another of the same run', () => {
  const rows = [
    { name: 'boot', runs: [4000, 5000, 6000] },
    { name: 'restore', runs: [2000, 1000], beside: 'boot' },
  ];
  expect(tableOf(rows)).toBe(
    [
      '|         | median | from   | to     | n   | faster         |',
      '| ------- | ------ | ------ | ------ | --- | -------------- |',
      '| boot    | 5.00 s | 4.00 s | 6.00 s | 3   |                |',
      '| restore | 1.50 s | 1.00 s | 2.00 s | 2   | 3.3× of "boot" |',
    ].join('\n'),
  );
});
