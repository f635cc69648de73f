// Writes into docs/orders.md what code and tests know better: the state diagram, which tests show
// which case, and what there is to do about each kind of incident; and into docs/scaling.md what
// bench/results/scaling.json holds. `--check` only says whether the pages are as they would be
// written.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, exit, stderr } from 'node:process';
import { scalingPage } from '../bench/scaling/page.ts';
import { incidentTable } from '../src/domain/incident.ts';
import { stateDiagram } from '../src/domain/state-diagram.ts';

const PAGE = 'docs/orders.md';
const SCALING_PAGE = 'docs/scaling.md';
const SCALING_RECORD = 'bench/results/scaling.json';
const DIAGRAM = /(<!-- states -->\n```mermaid\n)[\s\S]*?(\n```)/;
const INCIDENTS = /(<!-- incidents -->\n)[\s\S]*?(\n<!-- end -->)/;
const ROW = /^(\| (E\d\d) \|.*\|)[^|]*\|$/;
/** A test's name, whether it stands at the test or in a table: its cases first, or in brackets. */
const TITLE = /['"`](E\d\d [^'"`\n]{3,}|[^'"`\n]{5,}\(E\d\d[^'"`\n]*)/g;

const page = readFileSync(PAGE, 'utf8');
const withTables = page
  .replace(DIAGRAM, `$1${stateDiagram()}$2`)
  .replace(INCIDENTS, (_, begin: string, end: string) => `${begin}${incidentTable()}${end}`);
const scaling = readFileSync(SCALING_PAGE, 'utf8');
const record = JSON.parse(readFileSync(SCALING_RECORD, 'utf8'));
let isStale = false;
keep(PAGE, page, withTests(withTables, testsByCase()));
keep(SCALING_PAGE, scaling, scalingPage(scaling, record));
if (isStale) exit(1);

function keep(path: string, found: string, written: string): void {
  if (!argv.includes('--check')) writeFileSync(path, written);
  else if (written !== found) {
    stderr.write(`${path} is out of date: npm run docs\n`);
    isStale = true;
  }
}

/** `E26` -> the files with tests of it, and how many there are in each. */
function testsByCase(): Map<string, Map<string, number>> {
  const found = new Map<string, Map<string, number>>();
  for (const file of testFiles()) {
    for (const [, title = ''] of readFileSync(file, 'utf8').matchAll(TITLE)) {
      for (const number of new Set(title.match(/\bE\d\d\b/g))) {
        const files = found.get(number) ?? new Map<string, number>();
        found.set(number, files.set(file, (files.get(file) ?? 0) + 1));
      }
    }
  }
  return found;
}

function testFiles(): string[] {
  return readdirSync('test', { recursive: true })
    .map((name) => join('test', String(name)))
    .filter((name) => name.endsWith('.test.ts'))
    .sort();
}

function withTests(text: string, found: ReadonlyMap<string, ReadonlyMap<string, number>>): string {
  return text.replaceAll(new RegExp(ROW, 'gm'), (row, head: string, number: string) => {
    if (number === 'E31') return row;
    const files = [...(found.get(number) ?? [])].map(([file, count]) => {
      const name = file.replace(/^test\//, '');
      return `[${name.replace(/\.test\.ts$/, '')}](../${file})${count > 1 ? ` ×${count}` : ''}`;
    });
    return `${head} ${files.join(', ')} |`;
  });
}
