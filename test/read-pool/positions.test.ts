// Positions as the read pool sees them, beside a shard that writes: cost, profit, and a past that
// changes.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { HouseTrade } from '../../src/actors/order-shard/protocol.ts';
import type { Position } from '../../src/domain/position.ts';
import { PositionBooks } from '../../src/read-pool/position-books.ts';
import { positionsOf } from '../../src/read-pool/position-list.ts';
import { ShardReader } from '../../src/store/shard-reader.ts';
import { ALICE, BOB, ShardRig } from '../actors/order-shard/shard-rig.ts';

type Line = [
  numShares: number,
  reserved: number,
  average: number | null,
  cost: number,
  profit: number,
];

function lineOf(position: Position): Line {
  const { numShares, reservedShares, averageCostInCents, costInCents } = position;
  return [
    numShares,
    reservedShares,
    averageCostInCents,
    costInCents,
    position.realisedProfitInCents,
  ];
}

const HOUSE_TRADE: HouseTrade = {
  epoch: 'e1',
  execId: 'h1',
  externalOrderId: null,
  symbol: 'IBM',
  side: 'buy',
  lastQty: 10,
  lastPriceInCents: 18_000,
  feeInCents: 1,
  exchangeAtMs: 0,
  state: 'assigning',
  userId: ALICE,
  reason: null,
};

function aShard(t: Pick<TestContext, 'after'>, lotsMax = 1_000) {
  const rig = new ShardRig(t);
  for (const userId of [ALICE, BOB]) rig.deposit(userId, 'USD', 100_000_000);
  const reader = new ShardReader(rig.path);
  t.after(() => reader.close());
  const books = new PositionBooks(lotsMax);
  /** From the books that were kept, which must say what books made anew say. */
  const ibm = (userId = ALICE): Line | null => {
    const positions = positionsOf(userId, reader, books);
    assert.deepEqual(positions, positionsOf(userId, reader, new PositionBooks(1_000)));
    const found = positions.find(({ symbol }) => symbol === 'IBM');
    return found === undefined ? null : lineOf(found);
  };
  /** One order, filled at once; the execId of its trade. */
  const trade = (side: 'buy' | 'sell', numShares: number, priceInCents: number) => {
    const order = rig.submitted({ side, numShares, priceInCents });
    const execution = { ...rig.trade(order.id, numShares, priceInCents), side };
    rig.execute({ ...execution, cumQty: numShares }, order.id);
    return { orderId: order.id, execId: execution.execId };
  };
  const amend = (
    { orderId, execId }: { orderId: string; execId: string },
    terms: { lastQty: number; lastPriceInCents: number } | null,
    cumQty: number,
  ) => {
    const execKind = terms === null ? 'bust' : 'correct';
    const changes = { execKind, execRef: execId, cumQty, ...terms } as const;
    rig.execute(rig.execution(orderId, changes), orderId);
  };
  return { rig, reader, books, ibm, trade, amend };
}

test('a user of whom the shard has not heard owns nothing', (t) => {
  const { reader, books } = aShard(t);
  assert.deepEqual(positionsOf('usr_00nobody', reader, books), []);
});

test('cash is no position, a deposit has its cost, and what a sell reserves is told', (t) => {
  const { rig, reader, books, ibm } = aShard(t);
  assert.deepEqual(positionsOf(ALICE, reader, books), []);
  const deposits = [{ depositId: 'd', asset: 'IBM', amount: 10, costInCents: 150_000 }];
  rig.actor.receive({
    kind: 'DepositAssets',
    userId: ALICE,
    deposits,
    replyTo: rig.actor.replyTo(),
  });
  assert.deepEqual(ibm(), [10, 0, 15_000, 150_000, 0]);
  rig.submitted({ side: 'sell', numShares: 4, priceInCents: 18_300 });
  assert.deepEqual(ibm(), [10, 4, 15_000, 150_000, 0]);
});

test('every commit that was answered is seen, and profit is first in first out; fees are no part of it', (t) => {
  const { ibm, trade } = aShard(t);
  trade('buy', 10, 18_000);
  assert.deepEqual(ibm(), [10, 0, 18_000, 180_000, 0]);
  trade('buy', 10, 18_100);
  assert.deepEqual(ibm(), [20, 0, 18_050, 361_000, 0]);
  trade('sell', 15, 18_200);
  assert.deepEqual(ibm(), [5, 0, 18_100, 90_500, 10 * 200 + 5 * 100]);
  trade('sell', 5, 18_000);
  assert.deepEqual(ibm(), [0, 0, null, 0, 2_500 - 500], 'a closed position keeps its profit');
});

test('another user has books of its own', (t) => {
  const { ibm, trade } = aShard(t);
  trade('buy', 10, 18_000);
  assert.deepEqual(ibm(BOB), null);
});

test('E26 a bust of an old trade is as if it had never been', (t) => {
  const { ibm, trade, amend } = aShard(t);
  const first = trade('buy', 10, 18_000);
  trade('buy', 10, 18_100);
  trade('sell', 5, 18_200);
  assert.deepEqual(ibm(), [15, 0, Math.round((5 * 18_000 + 181_000) / 15), 271_000, 1_000]);
  amend(first, null, 0);
  assert.deepEqual(ibm(), [5, 0, 18_100, 90_500, 500]);
});

test('E28 a bust after the shares were sold on leaves shares owed, at what they were sold for', (t) => {
  const { ibm, trade, amend } = aShard(t);
  const bought = trade('buy', 10, 18_000);
  trade('sell', 10, 18_200);
  assert.deepEqual(ibm(), [0, 0, null, 0, 2_000]);
  amend(bought, null, 0);
  assert.deepEqual(ibm(), [-10, 0, 18_200, -182_000, 0]);
});

test('E29 a correction changes cost and profit where the trade stands', (t) => {
  const { ibm, trade, amend } = aShard(t);
  const first = trade('buy', 10, 18_000);
  trade('buy', 10, 18_100);
  trade('sell', 10, 18_200);
  ibm();
  amend(first, { lastQty: 10, lastPriceInCents: 17_000 }, 10);
  assert.deepEqual(ibm(), [10, 0, 18_100, 181_000, 12_000]);
  amend(first, null, 0);
  assert.deepEqual(ibm(), [0, 0, null, 0, 1_000], 'a bust of a corrected trade takes it back');
});

test('books that are too large to keep are folded anew, with the same result', (t) => {
  const { ibm, trade } = aShard(t, 2);
  for (const price of [18_000, 18_100, 18_150]) trade('buy', 1, price);
  assert.deepEqual(ibm(), [3, 0, 18_083, 54_250, 0]);
  trade('sell', 3, 18_200);
  assert.deepEqual(ibm(), [0, 0, null, 0, 350]);
});

test("E22 a trade that was nobody's and is received counts at its own price", (t) => {
  const { rig, ibm } = aShard(t);
  const receive = (side: 'buy' | 'sell', lastQty: number, lastPriceInCents: number) => {
    const trade = { ...HOUSE_TRADE, execId: `h-${side}`, side, lastQty, lastPriceInCents };
    rig.actor.receive({ kind: 'ReceiveTrade', userId: ALICE, trade, replyTo: rig.actor.replyTo() });
  };
  receive('buy', 10, 18_000);
  assert.deepEqual(ibm(), [10, 0, 18_000, 180_000, 0]);
  receive('sell', 4, 18_100);
  assert.deepEqual(ibm(), [6, 0, 18_000, 108_000, 400]);
});
