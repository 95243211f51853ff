/** One thing that was measured several times. */
export interface Measured {
  readonly name: string;
  /** Milliseconds, each run's. */
  readonly runs: readonly number[];
  /** Name of the row that this one is put beside: how many times faster it is, in this very run. */
  readonly beside?: string;
}

/** The middle one; of an even number the mean of the two in the middle. NaN of none. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const [low = NaN, high = NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return (low + high) / 2;
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

/** The table as lines of Markdown: median, smallest and largest, how often, and the ratio where one was asked for. */
export const tableOf = (rows: readonly Measured[]): string => {
  const ratioOf = ({ runs, beside }: Measured): string => {
    const other = rows.find(({ name }) => name === beside);
    return other ? `${(median(other.runs) / median(runs)).toFixed(1)}× of "${other.name}"` : '';
  };
  const cells = [
    ['', 'median', 'from', 'to', 'n', 'faster'],
    ...rows.map((row) => [
      row.name,
      seconds(median(row.runs)),
      seconds(Math.min(...row.runs)),
      seconds(Math.max(...row.runs)),
      String(row.runs.length),
      ratioOf(row),
    ]),
  ];
  const widths = cells[0]?.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...rest] = cells;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line)].join('\n');
};
