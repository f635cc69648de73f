import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Goal } from '../../../bench/harness/goal.ts';
import { benchmarksPage, plotFileOf } from '../../../bench/report/benchmarks-page.ts';
import { escapeMarkdown, markdownTable } from '../../../bench/report/markdown-table.ts';
import { reportFilesOf } from '../../../bench/report/report-files.ts';
import { plotNamed, RECORD } from './result-record.ts';

const REACHED: Goal = { what: 'p99', unit: 'ms', goal: 5, sense: 'at_most', measured: 4 };
const MISSED: Goal = { ...REACHED, what: 'p99.9', measured: 6.5 };
const UNMEASURED: Goal = { ...REACHED, what: 'max', measured: null, why: 'no second disk' };

const page = (...records: Partial<typeof RECORD>[]): string =>
  benchmarksPage(records.map((record) => ({ ...RECORD, ...record })));

test('records stand in the order of the benches, whatever that of their files', () => {
  const names = ['zebra', 'lookup', 'prices', 'orders-peers', 'smoke', 'day', 'orders', 'alpha'];
  const text = page(...names.map((name) => ({ name, bench: name })));
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  assert.deepEqual(headings, [
    ...['Goals', 'orders', 'orders-peers', 'day', 'prices', 'smoke', 'lookup', 'alpha', 'zebra'],
  ]);
});

test('a second record of a bench comes after the first', () => {
  const text = page({ name: 'prices-peers', bench: 'prices' }, { name: 'prices', bench: 'prices' });
  assert(text.indexOf('## prices\n') < text.indexOf('## prices-peers\n'));
});

test('the goals of all are on top, each with a link to its section', () => {
  const text = page({ goals: [REACHED, MISSED, UNMEASURED] }, { name: 'growth', bench: 'growth' });
  const top = text.slice(0, text.indexOf('## smoke'));
  assert(top.includes('Goals: 3. Reached: 1, missed: 1, not measured: 1.'));
  assert(top.includes('| [smoke](#bench-smoke) | p99 | &lt;= 5 | 4 | ms | yes |'));
  assert(top.includes('| [smoke](#bench-smoke) | p99.9 | &lt;= 5 | 6.500 | ms | **MISSED** |'));
  assert(top.includes('| ms | not measured: no second disk |'));
  assert(top.includes('Without a goal: [growth](#bench-growth).'));
  assert(text.includes('<a id="bench-smoke"></a>\n\n## smoke'));
});

test('a section has its command, machine, goals, tables, plots, remarks and failures', () => {
  const text = page({
    full: true,
    more: { scene: 'crowd' },
    goals: [REACHED],
    plots: [plotNamed('latency')],
    remarks: ['one run in <three> was *slow*'],
    failures: ['2 orders were lost'],
  });
  for (const part of [
    '    npm run bench -- smoke --scene crowd --full --json bench/results/smoke.json',
    '2026-11-29 05:20 UTC, in 1,124 s, commit `0123456789ab`. Machine: A CPU, 2 cores, 16.0 GB,',
    'Node v20.20.2. A core did 4,988 pieces of a fixed work per ms before it, and 3,501 after it.',
    'undici 7.30.2',
    '**Goals**\n\n| what | goal | measured | unit | reached |',
    '**a table**\n\n| what | ms |\n| --- | ---: |\n| first | 1.500 |',
    '![Plot latency](benchmarks/smoke-latency.svg)',
    '- one run in &lt;three&gt; was \\*slow\\*',
    '> **FAILED:** 2 orders were lost',
  ]) {
    assert(text.includes(part), `${part}\n\nis not in\n\n${text}`);
  }
});

test('a modified tree, an archive and an old record are said so', () => {
  const modified = page({ commit: { id: '0123456789abcdef', modified: true } });
  assert(modified.includes('commit `0123456789ab` **with changes that were not committed**'));
  assert(page({ commit: null }).includes('of no known commit'));
  assert(page({ isOld: true }).includes('it has to be run again'));
  assert(page({ speed: null }).includes('Node v20.20.2.\n'));
  assert(!page({}).includes('it has to be run again') && !page({}).includes('not committed'));
});

test('a missed goal is explained by the prose beside the record, or by nobody yet', () => {
  const prose = 'The profile: `fsync` takes 80 %.\n\n| tried | us |\n|---|---|\n| a | 3 |\n';
  const heading = '### What was missed, and why';
  assert(page({ goals: [MISSED], prose }).includes(`${heading}\n\n${prose}`));
  assert(page({ goals: [MISSED] }).includes(`${heading}\n\nNobody has written it yet`));
  assert(!page({ goals: [REACHED, UNMEASURED] }).includes(heading));
});

test('a plot is named after its record, once', () => {
  assert.equal(plotFileOf('orders', 'latency'), 'benchmarks/orders-latency.svg');
  assert.equal(plotFileOf('orders', 'orders-latency'), 'benchmarks/orders-latency.svg');
});

test('the report is the page and a file per plot; two of one name are refused', () => {
  const plots = [plotNamed('latency'), plotNamed('cpu')];
  const files = reportFilesOf([{ ...RECORD, plots }]);
  assert.deepEqual(
    [...files.keys()],
    ['benchmarks.md', 'benchmarks/smoke-latency.svg', 'benchmarks/smoke-cpu.svg'],
  );
  const twice = [plotNamed('cpu'), plotNamed('smoke-cpu')];
  assert.throws(() => reportFilesOf([{ ...RECORD, plots: twice }]), /smoke-cpu\.svg/);
});

test('a cell is escaped, and keeps its indent and its code', () => {
  const table = markdownTable({ columns: ['a|b'], rows: [['  x | `y_1`'], ['<b> a_b']] });
  assert.deepEqual(table.split('\n'), [
    '| a\\|b |',
    '| --- |',
    '| &nbsp;&nbsp;x \\| `y_1` |',
    '| &lt;b&gt; a\\_b |',
  ]);
  assert.equal(escapeMarkdown('two\nlines [x]'), 'two lines \\[x\\]');
});
