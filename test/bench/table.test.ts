import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cell, cellText, tableText } from '../../bench/harness/table.ts';

test('words stand to the left, numbers to the right, as wide as the widest', () => {
  const text = tableText({
    title: 'a table',
    columns: ['what', 'count', 'ms'],
    rows: [
      ['orders', 12_345, 1.5],
      ['a long name', null, 22.25],
    ],
  });
  assert.deepEqual(text.split('\n'), [
    'a table',
    'what          count     ms',
    '-----------  ------  -----',
    'orders       12,345  1.500',
    'a long name       -  22.25',
    '',
  ]);
});

const CELLS: [cell: Cell, text: string][] = [
  [null, '-'],
  ['text', 'text'],
  [0, '0'],
  [1_234_567, '1,234,567'],
  [1_234.567, '1,235'],
  [123.456, '123.5'],
  [12.3456, '12.35'],
  [0.0123456, '0.012'],
];

for (const [cell, text] of CELLS) {
  test(`${cell} is written ${text}`, () => assert.equal(cellText(cell), text));
}
