import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assumed } from '../../bench/scaling/assumptions.ts';
import { readMeasuredFigures } from '../../bench/scaling/measured-figures.ts';
import { scalingPage, tablesOf } from '../../bench/scaling/page.ts';
import { scalingOutcome } from '../../bench/scaling/run.ts';
import { MODEL_TABLES, sectionsOf } from '../../bench/scaling/sections.ts';
import { figures, SMALL, smallFigures } from './scaling-fixture.ts';

const AGAIN = 'npm run bench -- scaling --json bench/results/scaling.json && npm run docs';
const PAGE = readFileSync('docs/scaling.md', 'utf8');
const RECORD = JSON.parse(readFileSync('bench/results/scaling.json', 'utf8'));

test('docs/scaling.md shows every table that there is, once', () => {
  const all = sectionsOf(figures, assumed()).tables.map(({ title }) => title);
  assert.deepEqual(tablesOf(PAGE).sort(), [...all, ...MODEL_TABLES].sort());
});

test('docs/scaling.md is what scaling.json says, and that was computed from what is measured', () => {
  assert.equal(scalingPage(PAGE, RECORD), PAGE, 'npm run docs');
  assert.deepEqual(RECORD.results.figures, readMeasuredFigures('bench/results').values, AGAIN);
  assert.deepEqual(RECORD.settings.assumed, assumed(), AGAIN);
});

test('a table whose figures are missing says which bench to run, and is written when they are there', () => {
  const page = '<!-- table: the model -->\nold\n<!-- end -->\n';
  const notMeasured = [{ table: 'the model', figure: 'x', command: 'npm run bench -- orders' }];
  const missing = scalingPage(page, { tables: [], results: { notMeasured } });
  assert.match(missing, /\nnot measured yet: run `npm run bench -- orders`.*\n<!-- end -->\n$/);
  const run = { seed: '1', figures: smallFigures, assumed: SMALL, progress: () => undefined };
  const { tables } = scalingOutcome(run);
  const written = scalingPage(missing, { tables, results: { notMeasured: [] } });
  assert.match(written, /\| – refused as busy \| 0 \|/);
  assert.equal(scalingPage(written, { tables, results: { notMeasured: [] } }), written);
  assert.throws(() => scalingPage(page, { tables: [], results: { notMeasured: [] } }), /no table/);
});
