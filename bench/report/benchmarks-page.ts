// docs/benchmarks.md from the records: which goals were reached, then a section per record with
// all that it holds. No number on the page is from anywhere else.
import { type Goal, goalTable, isReached } from '../harness/goal.ts';
import type { MachineSpeed } from '../harness/machine-speed.ts';
import type { Table } from '../harness/table.ts';
import { escapeMarkdown, markdownTable } from './markdown-table.ts';
import type { ResultFile } from './result-files.ts';

/** What is not among them comes at the end, by name. */
const ORDER = [
  'orders',
  'orders-peers',
  'order-peers',
  'day',
  'prices',
  'runtime',
  'recovery',
  'growth',
  'durability',
  'smoke',
  'lookup',
];

const INTRODUCTION = `<!-- Made by \`npm run bench -- report\`: not to be edited. -->

# Benchmarks

Every number here is from a record in [bench/results](../bench/results), which
\`npm run bench -- <name> --json FILE\` writes with the machine, the versions and the commit.
Tables, plots and this page are made of the records by \`npm run bench -- report\`, and a test
compares. Each section names the command that repeats it; \`npm run bench -- all\` runs every
bench and makes this page again. What is measured, and how to read the numbers, is in
[bench/README.md](../bench/README.md).

Machines are noisy, and records may be of different days and machines: compare what stands within
one table, not across records. How fast a core was before and after a bench is in each record that
is not older than that.`;

export function benchmarksPage(files: readonly ResultFile[]): string {
  const sorted = [...files].sort(
    (a, b) => rankOf(a) - rankOf(b) || (a.name < b.name ? -1 : Number(a.name > b.name)),
  );
  return `${[INTRODUCTION, ...summaryOf(sorted), ...sorted.flatMap(sectionOf)].join('\n\n')}\n`;
}

/** `orders` and `orders-peers` may both be of the bench `orders`: the file's name goes first. */
function rankOf({ name, bench }: ResultFile): number {
  const rank = ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.indexOf(bench);
  return rank < 0 ? ORDER.length : rank;
}

/** `<record>-<plot>.svg`; a plot that already begins with its record's name keeps its own. */
export function plotFileOf(record: string, plot: string): string {
  const name = plot === record || plot.startsWith(`${record}-`) ? plot : `${record}-${plot}`;
  return `benchmarks/${name}.svg`;
}

function summaryOf(files: readonly ResultFile[]): string[] {
  const goals = files.flatMap((file) => file.goals);
  const { columns } = goalTable([]);
  const rows = files.flatMap((file) =>
    goalTable(file.goals).rows.map((row) => [file.name, ...row] as const),
  );
  const table = markdownTable({ columns: ['bench', ...columns], rows });
  const without = files.filter((file) => file.goals.length === 0).map(linkTo);
  return [
    '## Goals',
    ...(goals.length === 0
      ? ['No record holds a goal yet.']
      : [countOf(goals), linked(table, files)]),
    ...(without.length === 0 ? [] : [`Without a goal: ${without.join(', ')}.`]),
  ];
}

function countOf(goals: readonly Goal[]): string {
  const unmeasured = goals.filter(({ measured }) => measured === null).length;
  const reached = goals.filter(isReached).length;
  const missed = goals.length - reached - unmeasured;
  const counts = `Reached: ${reached}, missed: ${missed}, not measured: ${unmeasured}.`;
  return `Goals: ${goals.length}. ${counts}`;
}

/** The first cell of each row becomes a link to its section; a missed goal stands out. */
function linked(table: string, files: readonly ResultFile[]): string {
  const links = new Map(files.map((file) => [file.name, linkTo(file)]));
  return table
    .replaceAll(/^\| ([a-z0-9-]+) \|/gm, (row, name: string) => {
      const link = links.get(name);
      return link === undefined ? row : `| ${link} |`;
    })
    .replaceAll(/\| MISSED \|$/gm, '| **MISSED** |');
}

function linkTo({ name }: ResultFile): string {
  return `[${name}](#${anchorOf(name)})`;
}

/** Of its own, because a heading in a page of prose might have the same words. */
function anchorOf(name: string): string {
  return `bench-${name}`;
}

function sectionOf(file: ResultFile): string[] {
  const { name, goals, tables, plots, remarks, failures, isOld } = file;
  return [
    `<a id="${anchorOf(name)}"></a>\n\n## ${name}`,
    `    ${commandOf(file)}`,
    ...identityOf(file),
    ...(isOld
      ? ['> This record is older than tables, goals and plots in records: it has to be run again.']
      : []),
    ...failures.map((failure) => `> **FAILED:** ${escapeMarkdown(failure)}`),
    ...(goals.length === 0 ? [] : goalsOf(goals)),
    ...tables.flatMap(tableOf),
    ...plots.map((plot) => `![${escapeMarkdown(plot.title)}](${plotFileOf(name, plot.name)})`),
    ...(remarks.length === 0
      ? []
      : [remarks.map((text) => `- ${escapeMarkdown(text)}`).join('\n')]),
    ...missedOf(file),
  ];
}

function commandOf({ name, bench, full, more }: ResultFile): string {
  const options = Object.entries(more ?? {}).map(([option, value]) => `--${option} ${value}`);
  const parts = [bench, ...options, ...(full ? ['--full'] : [])];
  return `npm run bench -- ${parts.join(' ')} --json bench/results/${name}.json`;
}

function identityOf(file: ResultFile): string[] {
  const { name, date, tookMs, commit, machine, speed, node, packages } = file;
  const { cpuModel, cores, memoryBytes, kernel } = machine;
  const memory = (memoryBytes / 1e9).toFixed(1);
  const when = `${date.slice(0, 16).replace('T', ' ')} UTC`;
  const took = `in ${Math.round(tookMs / 1_000).toLocaleString('en-US')} s`;
  const versions = Object.entries(packages).map(([key, version]) => `${key} ${version}`);
  return [
    `[Record](../bench/results/${name}.json) of ${when}, ${took}, ${placeOf(commit)}. ` +
      `Machine: ${escapeMarkdown(cpuModel)}, ${cores} cores, ${memory} GB, ` +
      `${escapeMarkdown(kernel)}; Node ${node}.${speed === null ? '' : ` ${speedOf(speed)}`}`,
    ...(versions.length === 0
      ? []
      : [
          '<details><summary>Versions of the packages</summary>\n\n' +
            `${escapeMarkdown(versions.join(', '))}\n\n</details>`,
        ]),
  ];
}

function speedOf({ before, after }: MachineSpeed): string {
  const [first, last] = [before, after].map((pieces) => Math.round(pieces).toLocaleString('en-US'));
  return `A core did ${first} pieces of a fixed work per ms before it, and ${last} after it.`;
}

function placeOf(commit: ResultFile['commit']): string {
  if (commit === null) return 'outside a clone, so of no known commit';
  const id = `commit \`${commit.id.slice(0, 12)}\``;
  return commit.modified ? `${id} **with changes that were not committed**` : id;
}

function goalsOf(goals: readonly Goal[]): string[] {
  const table = markdownTable(goalTable(goals));
  return ['**Goals**', table.replaceAll(/\| MISSED \|$/gm, '| **MISSED** |')];
}

function tableOf(table: Table): string[] {
  return [`**${escapeMarkdown(table.title)}**`, markdownTable(table)];
}

function missedOf({ name, goals, prose }: ResultFile): string[] {
  if (prose !== null) return ['### What was missed, and why', prose.trim()];
  const isMissed = goals.some((goal) => goal.measured !== null && !isReached(goal));
  if (!isMissed) return [];
  return [
    '### What was missed, and why',
    `Nobody has written it yet: \`bench/results/${name}.md\` is where it belongs.`,
  ];
}
