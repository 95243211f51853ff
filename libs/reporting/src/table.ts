import { printable } from './printable';

/** An aligned table with a head; no trailing spaces. Cells are made safe to print. */
export const formatTable = (columns: readonly string[], rows: readonly (readonly string[])[]): string => {
  const table = [columns, ...rows].map((row) => row.map((cell) => printable(cell).replaceAll('\n', ' ')));
  const widths = columns.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
