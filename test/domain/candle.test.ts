// Where candles begin and end: by UTC, and a day by the calendar of New York.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CandleInterval, candleEnd, candleStart, isStruck } from '../../src/domain/candle.ts';
import { newYorkMidnight } from '../../src/domain/new-york-day.ts';

const at = (text: string) => Date.parse(text);

const CASES: [interval: CandleInterval, time: string, start: string, end: string][] = [
  ['1m', '2024-07-01T14:37:59.999Z', '2024-07-01T14:37:00Z', '2024-07-01T14:38:00Z'],
  ['5m', '2024-07-01T14:37:59.999Z', '2024-07-01T14:35:00Z', '2024-07-01T14:40:00Z'],
  ['1h', '2024-07-01T14:37:59.999Z', '2024-07-01T14:00:00Z', '2024-07-01T15:00:00Z'],
  ['1d', '2024-07-01T14:37:59.999Z', '2024-07-01T04:00:00Z', '2024-07-02T04:00:00Z'],
  ['1d', '2024-07-02T03:59:59.999Z', '2024-07-01T04:00:00Z', '2024-07-02T04:00:00Z'],
  ['1d', '2024-01-15T02:00:00Z', '2024-01-14T05:00:00Z', '2024-01-15T05:00:00Z'],
  ['1d', '2024-03-10T12:00:00Z', '2024-03-10T05:00:00Z', '2024-03-11T04:00:00Z'], // 23 hours
  ['1d', '2024-11-03T12:00:00Z', '2024-11-03T04:00:00Z', '2024-11-04T05:00:00Z'], // 25 hours
  ['1d', '2006-04-02T12:00:00Z', '2006-04-02T05:00:00Z', '2006-04-03T04:00:00Z'], // the old rule
];

for (const [interval, time, start, end] of CASES) {
  test(`${time} is in the ${interval} candle from ${start} to ${end}`, () => {
    assert.equal(candleStart(interval, at(time)), at(start));
    assert.equal(candleStart(interval, at(start)), at(start));
    assert.equal(candleEnd(interval, at(start)), at(end));
  });
}

test('every day of forty years follows the one before it without a hole, and knows its date', () => {
  const dayMs = 24 * 3_600_000;
  for (let day = at('1990-01-01T00:00:00Z'); day < at('2030-01-01T00:00:00Z'); day += dayMs) {
    const midnight = newYorkMidnight(day);
    assert.equal(candleStart('1d', midnight), midnight);
    assert.equal(candleEnd('1d', midnight), newYorkMidnight(day + dayMs));
  }
});

test('an outage strikes what it has a part in, and one that lasts all that comes', () => {
  const outage = { fromMs: 100, untilMs: 200 };
  assert.deepEqual(
    [isStruck(0, 100, outage), isStruck(0, 101, outage), isStruck(199, 300, outage)],
    [false, true, true],
  );
  assert.equal(isStruck(200, 300, outage), false);
  assert.equal(isStruck(1_000, 2_000, { fromMs: 100, untilMs: null }), true);
});
