import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

test('docs/orders.md is as the code and the tests say: npm run docs', () => {
  const args = ['--import', 'tsx', 'scripts/write-docs.ts', '--check'];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

test('every hard case of an order is shown by a test', () => {
  const rows = [
    ...readFileSync('docs/orders.md', 'utf8').matchAll(/^\| (E\d\d) \|.*\| ?(.*?) ?\|$/gm),
  ];
  const numbers = rows.map(([, number]) => number);
  const expected = Array.from({ length: 42 }, (_, i) => `E${String(i + 1).padStart(2, '0')}`);
  assert.deepEqual(numbers, expected);
  assert.deepEqual(
    rows.flatMap(([, number, shownBy]) => (shownBy === '' ? [number] : [])),
    [],
  );
});
