import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DayRun } from '../../bench/day/day-run.ts';
import { dayOutcome, failuresIn } from '../../bench/day/report.ts';
import { daySettingsFor } from '../../bench/day/settings.ts';
import { takenPerSecond } from '../../bench/day/taken.ts';
import { UsageError } from '../../bench/options.ts';
import { LIMITS } from '../../src/limits.ts';

const LATENCY = { count: 10, p50Ms: 5, p99Ms: 20, p999Ms: 30, maxMs: 40 };
const USAGE = { cpuSeconds: 1, seconds: 10, peakBytes: 1_048_576 };
const EACH = {
  broker: 1,
  exchange: 0.2,
  'order clients': 0.1,
  'price clients': 0.1,
  'order streams': 0.1,
};

const RUN: DayRun = {
  ratePerSecond: 500,
  orders: {
    kind: 'FlowReport',
    placed: LATENCY,
    cancelled: LATENCY,
    lateness: LATENCY,
    answersInTime: 100,
    answersPerSecond: 499,
    placedPerSecond: 400,
    sent: 5_000,
    statuses: {},
    errors: {},
    noAnswer: 0,
    restingAtEnd: 0,
    usage: USAGE,
  },
  takenPerSecond: 498,
  prices: {
    kind: 'CrowdReport',
    age: LATENCY,
    events: 1_000,
    timedEvents: 20,
    bytes: 1,
    drainedReads: 1,
    timedStreams: 2,
    openAtEnd: 100,
    notCurrent: 0,
    closed: {},
    usage: USAGE,
  },
  orderEvents: {
    kind: 'StreamReport',
    priceAge: LATENCY,
    orderEventDelay: LATENCY,
    events: {},
    parsedStreams: 100,
    bytes: 1,
    missing: 0,
    repeated: 0,
    closed: {},
    usage: USAGE,
  },
  fdatasync: LATENCY,
  threads: { 'order-0': 0.4 },
  processes: EACH,
  peakBytes: EACH,
  books: {
    outcome: 'held',
    audited: 15,
    orders: 4_000,
    orderEvents: 9_000,
    lost: 0,
    firstBreak: null,
  },
  stoppedInTime: true,
};

test('grants and streams stay within what the broker allows', () => {
  const full = daySettingsFor({ quick: false, more: {} });
  assert.deepEqual(full.rates, [500, 1_000, 2_000]);
  for (const settings of [full, daySettingsFor({ quick: true, more: {} })]) {
    assert(settings.customers * settings.feed.symbols <= 100_000);
    assert(settings.symbolsTraded <= settings.feed.symbols);
    assert(1 + settings.priceStreams / settings.customers <= LIMITS.streamsPerUserMax);
  }
});

test('rates and seconds are taken from the command line, whole numbers only', () => {
  const { rates, seconds } = daySettingsFor({
    quick: true,
    more: { rates: '50,70', seconds: '2' },
  });
  assert.deepEqual([rates, seconds], [[50, 70], 2]);
  assert.throws(() => daySettingsFor({ quick: true, more: { rates: '0' } }), UsageError);
  assert.throws(() => daySettingsFor({ quick: true, more: { seconds: 'x' } }), UsageError);
});

test('a day in which nothing was lost fails nothing, however slow', () => {
  const slow = { ...RUN, prices: { ...RUN.prices, age: { ...LATENCY, p99Ms: 900 } } };
  const outcome = dayOutcome(daySettingsFor({ quick: false, more: {} }), [
    slow,
    { ...RUN, ratePerSecond: 1_000 },
  ]);
  assert.deepEqual(outcome.failures, []);
  assert.deepEqual(
    outcome.goals?.map(({ measured }) => measured),
    [900, 20],
  );
  const [plot] = outcome.plots ?? [];
  assert.deepEqual(plot?.series[2]?.points, [
    [500, 900],
    [1_000, 20],
  ]);
});

test('whatever was lost is a failure that names its rate', () => {
  const lossy: DayRun = {
    ...RUN,
    prices: { ...RUN.prices, notCurrent: 3, closed: { 'ended early': 2 } },
    orderEvents: { ...RUN.orderEvents, missing: 4, repeated: 5 },
    books: { ...RUN.books, outcome: 'broken', lost: 6, firstBreak: 'I4: off' },
    stoppedInTime: false,
  };
  assert.deepEqual(failuresIn(lossy), [
    'at 500 requests/s: the auditor found a break: I4: off',
    'at 500 requests/s: 6 orders that were answered 2xx are not on disk',
    'at 500 requests/s: 3 streams had not the last prices',
    'at 500 requests/s: 4 order events are missing',
    'at 500 requests/s: 5 order events came twice',
    'at 500 requests/s: 2 streams: ended early',
    'at 500 requests/s: the broker did not stop in time and was killed',
  ]);
});

test('a generator that takes much of a core is told', () => {
  const heavy = { ...RUN, processes: { ...EACH, 'price clients': 0.5 } };
  const { remarks } = dayOutcome(daySettingsFor({ quick: false, more: {} }), [heavy]);
  assert.match(remarks.join('\n'), /the price clients took 50 % of a core/);
});

test('what is taken while it is timed counts, whenever it was asked for', () => {
  const lines = ['a place 201 100 900', 'b place 201 100 1000', 'c cancel 200 1500 2999.5'];
  const outcomes = `${[...lines, 'd place 201 2000 3000'].join('\n')}\n`;
  assert.equal(takenPerSecond(outcomes, 1_000, 3_000), 1);
});

test('a rate that is not carried is told, and fails nothing when its orders are on disk', () => {
  const placed = { count: 0, p50Ms: 0, p99Ms: 0, p999Ms: 0, maxMs: 0 };
  const orders = { ...RUN.orders, placed, answersPerSecond: 0, noAnswer: 900 };
  const settings = daySettingsFor({ quick: false, more: {} });
  const { failures, remarks, tables } = dayOutcome(settings, [{ ...RUN, orders }]);
  assert.deepEqual(failures, []);
  assert.match(remarks.join('\n'), /500 requests\/s were not carried/);
  assert.deepEqual(tables[0]?.rows[1], ['POST p50 ms', null]);
});
