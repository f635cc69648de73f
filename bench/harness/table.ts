// A table as text: numbers to the right, words to the left, as wide as its widest cell.

export type Cell = string | number | null;

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export function tableText({ title, columns, rows }: Table): string {
  const texts = rows.map((row) => columns.map((_, column) => cellText(row[column] ?? null)));
  const widths = columns.map((name, column) =>
    Math.max(name.length, ...texts.map((row) => row[column]?.length ?? 0)),
  );
  const isRight = columns.map((_, column) => isNumeric(rows.map((row) => row[column] ?? null)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return isRight[column] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width));
  return [title, ...[columns, rule, ...texts].map(line), ''].join('\n');
}

/** Three digits after the point where they say something, none in large numbers. */
export function cellText(cell: Cell): string {
  if (cell === null) return '-';
  if (typeof cell === 'string') return cell;
  const digits = Number.isInteger(cell) || Math.abs(cell) >= 1_000 ? 0 : digitsOf(Math.abs(cell));
  return cell.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function digitsOf(size: number): number {
  if (size >= 100) return 1;
  return size >= 10 ? 2 : 3;
}

export function isNumeric(cells: readonly Cell[]): boolean {
  return cells.every((cell) => cell === null || typeof cell === 'number');
}
