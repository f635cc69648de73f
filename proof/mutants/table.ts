// The bank as the table in docs/reliability.md. A row is written by the run that caught its mutant;
// rows of those that were not tried stay as they are.
import type { Mutant } from './mutant.ts';
import type { Trial } from './trial.ts';

export const PAGE = 'docs/reliability.md';
const TABLE = /(<!-- mutants -->\n)([\s\S]*?)(<!-- \/mutants -->)/;
const HEAD = '| mutant | breaks | caught by |\n|---|---|---|\n';
const NAME = /^\| `([^`]+)`/;

export class TableError extends Error {
  readonly code = 'bad_table';
  override readonly name = 'TableError';
}

/** By mutant, in the order of the page. */
export function rowsOf(page: string): ReadonlyMap<string, string> {
  const [, , table] = TABLE.exec(page) ?? [];
  if (table === undefined) throw new TableError(`${PAGE} has no place marked <!-- mutants -->`);
  const rows = new Map<string, string>();
  for (const line of table.split('\n')) {
    const name = NAME.exec(line)?.[1];
    if (name !== undefined) rows.set(name, line);
  }
  return rows;
}

export function withRows(page: string, bank: readonly Mutant[], trials: readonly Trial[]): string {
  const before = rowsOf(page);
  const rows = bank.map((mutant) => {
    const trial = trials.find(({ name }) => name === mutant.name);
    const row = trial?.outcome === 'caught' ? rowOf(mutant, trial) : before.get(mutant.name);
    if (row !== undefined) return `${row}\n`;
    throw new TableError(`${mutant.name} has no row yet, and was not caught in this run`);
  });
  return page.replace(TABLE, (_, begin: string, __, end: string) => {
    return `${begin}${HEAD}${rows.join('')}${end}`;
  });
}

/** What of a row does not depend on who caught it. */
export function rowBegin({ name, title, breaks }: Mutant): string {
  return `| \`${name}\`: ${escaped(title)} | ${breaks.join(', ')} | `;
}

function rowOf(mutant: Mutant, { caughtBy }: Trial): string {
  const { command, hangs } = mutant;
  const by =
    caughtBy === null
      ? `\`${escaped(command.text)}\`${hangs ? ', which does not end' : ''}`
      : `\`${caughtBy.file}\` "${escaped(caughtBy.title)}"`;
  return `${rowBegin(mutant)}${by} |`;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}
