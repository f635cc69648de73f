// Busts and corrections: what they leave of an order, open or closed, and that a restart agrees.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlaceRequest } from '../../../src/exchange/port.ts';
import { Engine } from '../../../src/exchange/simulator/engine.ts';
import type { LogRecord } from '../../../src/exchange/simulator/log-record.ts';
import { anEngine, anOrder, aQuote, byClientOrderId, executionsIn, NOW } from './an-engine.ts';

type Step = (engine: Engine) => unknown;

const bust =
  (execId: string): Step =>
  (engine) =>
    engine.bust(execId, NOW);
const correct =
  (execId: string, lastQty: number, lastPriceInCents = 10_000): Step =>
  (engine) =>
    engine.correct(execId, { lastQty, lastPriceInCents }, NOW);
const cancel: Step = (engine) =>
  engine.cancel([{ cancelId: 'a.c1', clientOrderId: 'a', externalOrderId: null }], NOW);
const refill: Step = (engine) => engine.quote('IBM', aQuote(), NOW);

/** 200 shares are on offer: exec-2 is the trade of what the order finds. */
const OPEN = { priceInCents: 10_100, numShares: 300 };
const FILLED = { priceInCents: 10_100, numShares: 200 };

interface Case {
  readonly name: string;
  readonly order: Partial<PlaceRequest>;
  readonly steps: readonly Step[];
  readonly said: readonly string[];
  readonly status: string;
}

const CASES: readonly Case[] = [
  {
    name: 'a bust of an open order gives its leaves back, and it trades on',
    order: OPEN,
    steps: [bust('exec-2'), refill, refill],
    said: ['a bust exec-2 cum 0', 'a trade 200@10100 cum 200', 'a trade 100@10100 cum 300'],
    status: 'filled 300 null',
  },
  {
    name: 'a bust of a filled order leaves it cancelled as busted',
    order: FILLED,
    steps: [bust('exec-2'), refill],
    said: ['a bust exec-2 cum 0'],
    status: 'cancelled 0 busted',
  },
  {
    name: 'a bust of a cancelled order leaves it cancelled as it was',
    order: OPEN,
    steps: [cancel, bust('exec-2')],
    said: ['a cancelled requested cum 200', 'a bust exec-2 cum 0'],
    status: 'cancelled 0 requested',
  },
  {
    name: 'a second bust of a trade is refused and says nothing',
    order: OPEN,
    steps: [bust('exec-2'), bust('exec-2'), correct('exec-2', 10)],
    said: ['a bust exec-2 cum 0'],
    status: 'open 0 null',
  },
  {
    name: 'a correction counts in place of the trade, the newest of several',
    order: OPEN,
    steps: [correct('exec-2', 50, 9_999), correct('exec-2', 70, 10_001)],
    said: ['a correct exec-2 50@9999 cum 50', 'a correct exec-2 70@10001 cum 70'],
    status: 'open 70 null',
  },
  {
    name: 'a bust after a correction takes back what the correction left',
    order: OPEN,
    steps: [correct('exec-2', 50), refill, bust('exec-2')],
    said: [
      'a correct exec-2 50@10000 cum 50',
      'a trade 200@10100 cum 250',
      'a bust exec-2 cum 200',
    ],
    status: 'open 200 null',
  },
  {
    name: 'a correction can fill an open order, which then leaves the book',
    order: OPEN,
    steps: [correct('exec-2', 300), refill],
    said: ['a correct exec-2 300@10000 cum 300'],
    status: 'filled 300 null',
  },
  {
    name: 'a correction down leaves a filled order cancelled as busted, and one up fills it again',
    order: FILLED,
    steps: [correct('exec-2', 150), correct('exec-2', 200)],
    said: ['a correct exec-2 150@10000 cum 150', 'a correct exec-2 200@10000 cum 200'],
    status: 'filled 200 null',
  },
];

function play({ order, steps }: Case): { engine: Engine; records: LogRecord[]; said: string[] } {
  const engine = anEngine();
  engine.place([anOrder('a', order)], NOW);
  const placed = engine.take();
  const said: string[] = [];
  const records: LogRecord[] = [...placed.records];
  for (const step of steps) {
    step(engine);
    const output = engine.take();
    said.push(...executionsIn(output));
    records.push(...output.records);
  }
  return { engine, records, said };
}

function statusOf(engine: Engine): string {
  const [answer] = engine.query([byClientOrderId('a')]);
  assert(answer?.outcome === 'found');
  const { status, cumQty, reason } = answer.order;
  return `${status} ${cumQty} ${reason}`;
}

for (const one of CASES) {
  test(one.name, () => {
    const { engine, said } = play(one);
    assert.deepEqual(said, one.said);
    assert.equal(statusOf(engine), one.status);
  });

  test(`${one.name}: and a restart says the same`, () => {
    const { engine, records } = play(one);
    const restored = new Engine({ epoch: 'e1', listings: [] });
    for (const record of records) restored.restore(record);
    assert.equal(statusOf(restored), one.status);
    assert.deepEqual(restored.fills('sim-1'), engine.fills('sim-1'));
    assert.deepEqual(restored.openOrders(null, 9), engine.openOrders(null, 9));
    assert.equal(restored.bust('exec-2', NOW).outcome, engine.bust('exec-2', NOW).outcome);
  });
}

test('the fills of an order list trades, busts and corrections, oldest first', () => {
  const engine = anEngine();
  engine.place([anOrder('a', OPEN)], NOW);
  const trades = engine
    .take()
    .records.filter((record) => record.kind === 'execution')
    .slice(1);
  engine.correct('exec-2', { lastQty: 50, lastPriceInCents: 9_999 }, NOW + 1);
  engine.bust('exec-2', NOW + 2);
  const amended = engine.take().records;
  assert.deepEqual(engine.fills('sim-1'), [...trades, ...amended]);
  assert.deepEqual(
    engine.fills('sim-1')?.map(({ execKind, execId, execRef }) => [execKind, execId, execRef]),
    [
      ['trade', 'exec-2', null],
      ['correct', 'exec-3', 'exec-2'],
      ['bust', 'exec-4', 'exec-2'],
    ],
  );
});

const REFUSED: [name: string, step: (engine: Engine) => unknown, reason: string][] = [
  ['of an execution that is no trade', bust('exec-1'), 'unknown_trade'],
  ['of an execution that never was', bust('exec-99'), 'unknown_trade'],
  ['of an id that is none', bust('nonsense'), 'unknown_trade'],
  ['to more than the order', correct('exec-2', 301), 'invalid_quantity'],
  ['to nothing', correct('exec-2', 0), 'invalid_quantity'],
  ['to a fraction', correct('exec-2', 1.5), 'invalid_quantity'],
  ['to no price', correct('exec-2', 10, 0), 'invalid_price'],
];

for (const [name, step, reason] of REFUSED) {
  test(`a bust or correction ${name} is refused: ${reason}`, () => {
    const engine = anEngine();
    engine.place([anOrder('a', OPEN)], NOW);
    engine.take();
    assert.deepEqual(step(engine), { outcome: 'refused', reason });
    assert.deepEqual(engine.take().records, []);
  });
}
