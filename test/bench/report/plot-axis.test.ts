import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plotAxis, tickLabel } from '../../../bench/report/plot-axis.ts';

const SPACE = { length: 300, sizeOf: () => 24, withZero: true };

type Scale = 'linear' | 'log';

const TICKS: [what: string, scale: Scale, values: number[], labels: string[]][] = [
  ['nice steps from zero', 'linear', [3, 47], ['0', '10', '20', '30', '40', '50']],
  ['steps below one', 'linear', [0.02, 0.3], ['0', '0.05', '0.1', '0.15', '0.2', '0.25', '0.3']],
  ['equal values', 'linear', [5, 5], ['0', '1', '2', '3', '4', '5']],
  ['only zero', 'linear', [0], ['0', '0.2', '0.4', '0.6', '0.8', '1']],
  ['no value', 'linear', [], ['0', '0.2', '0.4', '0.6', '0.8', '1']],
  ['below zero', 'linear', [-12, 25], ['-15', '-10', '-5', '0', '5', '10', '15', '20', '25']],
  ['1, 2 and 5 of a decade', 'log', [3, 47], ['2', '5', '10', '20', '50']],
  ['one value', 'log', [10], ['5', '10', '20']],
  ['one value between', 'log', [7], ['5', '10']],
  ['no value of a log', 'log', [], ['1', '2', '5', '10']],
  [
    'powers of ten when there are many',
    'log',
    [1, 1e6],
    '1 10 100 1,000 10,000 100,000 1_M'.split(' '),
  ],
  ['a place for zero before a log axis', 'log', [0, 1, 10], ['0', '1', '2', '5', '10']],
  ['a place for less than zero', 'log', [-3, 1, 10], ['≤ 0', '1', '2', '5', '10']],
  ['nothing but zero', 'log', [0, 0], ['0', '1', '2', '5', '10']],
];

for (const [what, scale, values, labels] of TICKS) {
  test(`ticks: ${what}`, () => {
    const { ticks } = plotAxis(scale, values, SPACE);
    const shown = ticks.map(({ label }) => label.replace(' M', '_M'));
    assert.deepEqual(shown, labels);
  });
}

test('values stand where the scale says, and within the axis', () => {
  const linear = plotAxis('linear', [0, 50], SPACE);
  assert.deepEqual([0, 25, 50].map(linear.at), [0, 150, 300]);
  const log = plotAxis('log', [1, 100], SPACE);
  assert.deepEqual([1, 10, 100].map(log.at), [0, 150, 300]);
  const withZero = plotAxis('log', [0, 1, 100], SPACE);
  assert.equal(withZero.at(0), 0);
  assert.equal(withZero.at(1), withZero.zeroBand);
  assert.equal(withZero.at(100), 300);
});

test('an axis that may leave out zero begins where the values do', () => {
  const { ticks } = plotAxis('linear', [9_900, 10_100], { ...SPACE, withZero: false });
  assert.equal(ticks[0]?.value, 9_900);
  const near = plotAxis('linear', [1, 100], { ...SPACE, withZero: false });
  assert.equal(near.ticks[0]?.value, 0);
});

test('labels never touch, whatever the values and however short the axis', () => {
  const sizeOf = (label: string) => label.length * 8 + 10;
  for (const scale of ['linear', 'log'] as const) {
    for (const length of [60, 120, 300, 700]) {
      for (const high of [1e-7, 0.3, 7, 1_234, 5e6, 3e12]) {
        for (const low of [high, high / 3, high / 1e3, high / 1e9, 0]) {
          const { ticks } = plotAxis(scale, [low, high], { length, sizeOf, withZero: true });
          assert(ticks.length > 0);
          ticks.slice(1).forEach((tick, index) => {
            const before = ticks[index];
            const room = (sizeOf(before?.label ?? '') + sizeOf(tick.label)) / 2;
            const isClear = tick.at - (before?.at ?? 0) >= room - 1e-6;
            assert(isClear || ticks.length <= 3, `${scale} ${low}..${high} on ${length} pixels`);
          });
        }
      }
    }
  }
});

const LABELS: [value: number, label: string][] = [
  [0, '0'],
  [0.05, '0.05'],
  [5_000, '5,000'],
  [2_500_000, '2.5 M'],
  [3e9, '3 G'],
  [0.0005, '0.0005'],
  [0.00001, '0.00001'],
  [1e-7, '1e-7'],
];

for (const [value, label] of LABELS) {
  test(`a tick of ${value} is labelled ${label}`, () => assert.equal(tickLabel(value), label));
}
