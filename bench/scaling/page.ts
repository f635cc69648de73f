// Writes the tables of bench/results/scaling.json into docs/scaling.md, between their markers, so
// that the page says what the last run said.
import { type Cell, cellText, type Table } from '../harness/table.ts';
import type { NotMeasured } from './sections.ts';

export interface ScalingRecord {
  readonly tables: readonly Table[];
  readonly results: { readonly notMeasured: readonly NotMeasured[] };
}

const SECTION = /(<!-- table: (.+?) -->\n)[\s\S]*?(<!-- end -->)/g;

export function scalingPage(page: string, { tables, results }: ScalingRecord): string {
  return page.replaceAll(SECTION, (_, begin: string, title: string, end: string) => {
    const table = tables.find((one) => one.title === title);
    if (table !== undefined) return `${begin}${markdownOf(table)}\n${end}`;
    const missing = results.notMeasured.find((one) => one.table === title);
    if (missing === undefined) throw new RangeError(`scaling.json has no table "${title}"`);
    return `${begin}${notMeasuredText(missing)}\n${end}`;
  });
}

export function tablesOf(page: string): string[] {
  return [...page.matchAll(SECTION)].map(([, , title = '']) => title);
}

function notMeasuredText({ figure, command }: NotMeasured): string {
  return `not measured yet: run \`${command}\` (this table needs \`${figure}\`)`;
}

function markdownOf({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const texts = rows.map((row) => columns.map((_, column) => markdownCell(row[column] ?? null)));
  return [line(columns), line(columns.map(() => '---')), ...texts.map(line)].join('\n');
}

/** What belongs to the row above is indented in a terminal, and has a dash here. */
function markdownCell(cell: Cell): string {
  if (cell === null) return '';
  return cellText(cell).replace(/^ {2}/, '– ').replaceAll('|', '\\|');
}
