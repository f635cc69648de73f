// Reads one CSV file of a tape, packed or plain, by the names in its header line.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export type CsvRow = readonly string[];

/** The named columns of every row, in the order asked for. */
export function readColumns(file: string, columns: readonly string[]): CsvRow[] {
  const [header, ...rows] = linesOf(file).map(splitCsv);
  const places = columns.map((column) => (header ?? []).indexOf(column));
  const missing = columns.filter((_, i) => places[i] === -1);
  if (missing.length > 0) throw new Error(`${file} has no column ${missing.join(', ')}`);
  return rows.map((row) => places.map((place) => row[place] ?? ''));
}

function linesOf(file: string): string[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text.split(/\r?\n/).filter((line) => line !== '');
}

/** Splits at commas, except those in double quotes (company names have them). */
function splitCsv(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const cells = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? [];
  return cells.map((cell) =>
    cell
      .replace(/,$/, '')
      .replace(/^"(.*)"$/, '$1')
      .replaceAll('""', '"'),
  );
}
