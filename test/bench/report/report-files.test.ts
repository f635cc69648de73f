import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DOCS, RESULTS } from '../../../bench/report/report-command.ts';
import { plotsIn, reportFilesOf, writeReportFiles } from '../../../bench/report/report-files.ts';
import { readResultFiles } from '../../../bench/report/result-files.ts';
import { plotNamed, RECORD } from './result-record.ts';

const AGAIN = 'is not what the records say: npm run bench -- report';

test('docs/benchmarks.md and its plots are exactly what the records in bench/results make', () => {
  const files = reportFilesOf(readResultFiles(RESULTS));
  const made = [...files.keys()].filter((path) => path.endsWith('.svg')).sort();
  assert.deepEqual(plotsIn(DOCS), made, `docs/benchmarks ${AGAIN}`);
  for (const [path, text] of files) {
    const written = existsSync(join(DOCS, path)) ? readFileSync(join(DOCS, path), 'utf8') : '';
    assert(written === text, `docs/${path} ${AGAIN}`);
  }
});

test('a plot that no record has any more is removed', (t) => {
  const docs = mkdtempSync(join(tmpdir(), 'outcry-docs-'));
  t.after(() => rmSync(docs, { recursive: true }));
  assert.deepEqual(plotsIn(docs), []);
  writeReportFiles(docs, reportFilesOf([{ ...RECORD, plots: [plotNamed('a'), plotNamed('b')] }]));
  writeReportFiles(docs, reportFilesOf([{ ...RECORD, plots: [plotNamed('b')] }]));
  assert.deepEqual(plotsIn(docs), ['benchmarks/smoke-b.svg']);
  assert.deepEqual(readdirSync(docs).sort(), ['benchmarks', 'benchmarks.md']);
});
