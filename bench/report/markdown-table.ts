// A table of a record in Markdown: the same cells as on the terminal, with what Markdown would read
// as its own escaped. Words between backticks stay code.
import { type Cell, cellText, isNumeric, type Table } from '../harness/table.ts';

export function markdownTable({ columns, rows }: Omit<Table, 'title'>): string {
  const cellsOf = (column: number): Cell[] => rows.map((row) => row[column] ?? null);
  const rules = columns.map((_, column) => (isNumeric(cellsOf(column)) ? '---:' : '---'));
  const texts = rows.map((row) => columns.map((_, column) => cellOf(row[column] ?? null)));
  return [columns.map(cellOf), rules, ...texts]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** Blanks at the beginning of a cell mean that it belongs to the one above. */
function cellOf(cell: Cell): string {
  const text = cellText(cell);
  const indent = text.length - text.trimStart().length;
  return '&nbsp;'.repeat(indent) + escapeMarkdown(text.trim()).replaceAll('|', '\\|');
}

export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/\s*\n\s*/g, ' ')
    .split(/(`[^`]+`)/)
    .map((part, index) => (index % 2 === 1 ? part : escapeWords(part)))
    .join('');
}

function escapeWords(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]~]/g, '\\$&');
}
