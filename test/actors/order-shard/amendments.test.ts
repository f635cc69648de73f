// Busts and corrections: what the exchange takes back or changes is undone by compensation, never
// by deletion.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { USD } from '../../../src/domain/ledger.ts';
import type { Execution } from '../../../src/exchange/port.ts';
import { ALICE, ShardRig } from './shard-rig.ts';

function funded(t: Pick<TestContext, 'after'>): ShardRig {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 500_000);
  rig.deposit(ALICE, 'IBM', 100);
  return rig;
}

function bust(rig: ShardRig, id: string, execRef: string, changes: Partial<Execution> = {}) {
  return rig.execution(id, { execKind: 'bust', execRef, cumQty: 0, ...changes });
}

function correct(rig: ShardRig, id: string, execRef: string, lastQty: number, price: number) {
  const terms = { lastQty, lastPriceInCents: price, cumQty: lastQty };
  return rig.execution(id, { execKind: 'correct', execRef, ...terms });
}

/** Everything that must be the same whatever the road: order, money, shares. */
function books(rig: ShardRig, id: string) {
  const { status, cumQty, leavesQty, cumNotionalInCents, feeInCents } = rig.order(id);
  const order = { status, cumQty, leavesQty, cumNotionalInCents, feeInCents };
  return { order, account: rig.account(), holdings: rig.holdings() };
}

function kinds(rig: ShardRig): string[] {
  return rig.events().flatMap(({ topic, kind }) => (topic === 'account' ? [] : [kind]));
}

test('E26 a bust of a part fill gives cash, shares and fee back, and the order works on', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  const before = books(rig, id);
  const trade = rig.trade(id, 4, 17_900);
  rig.execute(trade, id);
  assert.deepEqual(rig.execute(bust(rig, id, trade.execId), id), { outcome: 'booked' });
  assert.deepEqual(books(rig, id), before);
  assert.deepEqual(kinds(rig), [
    'order_created',
    'order_submitted',
    'order_traded',
    'trade_busted',
  ]);
  const told = rig.events().findLast(({ kind }) => kind === 'trade_busted');
  assert(told?.topic === 'trade');
  assert.deepEqual(
    [told.execId, told.lastQty, told.lastPriceInCents, told.feeInCents, told.previous],
    [trade.execId, 4, 17_900, -8, null],
  );
});

test('E26 a second bust of the same trade has no effect', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  const trade = rig.trade(id, 4, 17_900);
  rig.execute(trade, id);
  const first = bust(rig, id, trade.execId);
  rig.execute(first, id);
  const after = { books: books(rig, id), events: rig.events() };
  assert.deepEqual(rig.execute(first, id), { outcome: 'already_booked' });
  assert.deepEqual(rig.execute(bust(rig, id, trade.execId), id), { outcome: 'already_booked' });
  assert.deepEqual({ books: books(rig, id), events: rig.events() }, after);
});

test('E26 a filled order that is busted is asked about, and cancelled when it is dead there', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  const trade = rig.trade(id, 10, 18_000);
  rig.execute({ ...trade, cumQty: 10 }, id);
  rig.execute(bust(rig, id, trade.execId), id);
  assert.equal(rig.order(id).status, 'submitted', 'it may work there: the cash is held again');
  assert.equal(rig.account().reservedInCents, 180_018);
  assert.deepEqual(
    rig.unresolved().map(({ orderId, reason }) => [orderId, reason]),
    [[id, 'busted']],
  );
  rig.query(id, { status: 'cancelled', reason: 'busted', cumQty: 0 });
  const { status, leavesQty, closedAtVenue } = rig.order(id);
  assert.deepEqual([status, leavesQty, closedAtVenue], ['cancelled', 0, 'busted']);
  assert.equal(rig.account().reservedInCents, 0);
  assert.deepEqual(rig.unresolved(), []);
});

test('E26 a busted order that still works there stays open, and may fill again', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  rig.actor.advance(1);
  const trade = rig.trade(id, 10, 18_000);
  rig.execute({ ...trade, cumQty: 10 }, id);
  const beforeMs = rig.actor.ctx.nowMs();
  rig.actor.advance(1);
  rig.execute(bust(rig, id, trade.execId), id);
  rig.query(id, { status: 'filled', cumQty: 10 }, { askedAtMs: beforeMs });
  assert.deepEqual(
    rig.unresolved().map(({ reason }) => reason),
    ['busted'],
    'an answer from before the bust knows nothing of it',
  );
  rig.actor.advance(1);
  rig.query(id, { status: 'open' });
  assert.deepEqual(rig.unresolved(), []);
  rig.execute({ ...rig.trade(id, 10, 17_990), cumQty: 10 }, id);
  assert.deepEqual(
    [rig.order(id).status, rig.holdings()[0]?.numShares, rig.account().reservedInCents],
    ['filled', 110, 0],
  );
});

test('E26 that a busted order must be asked about is known after a restart, too', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  const trade = rig.trade(id, 10, 18_000);
  rig.execute({ ...trade, cumQty: 10 }, id);
  rig.execute(bust(rig, id, trade.execId), id);
  rig.restart();
  assert.deepEqual(
    rig.unresolved().map(({ orderId, reason }) => [orderId, reason]),
    [[id, 'busted']],
  );
  rig.actor.advance(1);
  rig.query(id, { status: 'cancelled', reason: 'busted', cumQty: 0 });
  assert.deepEqual([rig.order(id).status, rig.unresolved()], ['cancelled', []]);
});

test('E26 cancelled stays cancelled', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  const trade = rig.trade(id, 4, 18_000);
  rig.execute({ ...trade, cumQty: 4 }, id);
  rig.execute(rig.execution(id, { execKind: 'cancelled', cumQty: 4, reason: 'requested' }), id);
  rig.execute(bust(rig, id, trade.execId), id);
  assert.deepEqual(books(rig, id).order, {
    status: 'cancelled',
    cumQty: 0,
    leavesQty: 0,
    cumNotionalInCents: 0,
    feeInCents: 0,
  });
  assert.equal(rig.account().buyingPowerInCents, 500_000);
});

test('E27 a bust that outruns its trade waits for it: then both apply, on two lines', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  const before = books(rig, id);
  const trade = { ...rig.trade(id, 4, 17_900), cumQty: 4 };
  const early = bust(rig, id, trade.execId);
  assert.deepEqual(rig.execute(early, id), { outcome: 'already_booked' });
  assert.deepEqual(books(rig, id), before, 'nothing to take back yet');
  rig.restart();
  assert.deepEqual(rig.execute(trade, id), { outcome: 'booked' });
  assert.deepEqual(books(rig, id), before);
  assert.deepEqual(kinds(rig).slice(-2), ['order_traded', 'trade_busted']);
});

test('E29 amendments under the id of what they amend lead in no circle', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  const trade = rig.trade(id, 4, 17_900);
  rig.execute(trade, id);
  rig.execute({ ...correct(rig, id, trade.execId, 3, 17_900), execId: trade.execId }, id);
  assert.equal(rig.order(id).cumQty, 3);
  rig.execute(bust(rig, id, trade.execId), id);
  assert.deepEqual([rig.order(id).cumQty, rig.account().cashInCents], [0, 500_000]);
});

test('E28 shares sold on and then busted: the position goes short, the account is for closing only', (t) => {
  const rig = new ShardRig(t);
  rig.deposit(ALICE, USD, 500_000);
  const buy = rig.submitted();
  const trade = rig.trade(buy.id, 10, 18_000);
  rig.execute({ ...trade, cumQty: 10 }, buy.id);
  const sell = rig.submitted({ side: 'sell', priceInCents: 18_200, numShares: 10 });
  rig.execute({ ...rig.trade(sell.id, 10, 18_200), side: 'sell', cumQty: 10 }, sell.id);
  rig.execute(bust(rig, buy.id, trade.execId), buy.id);
  assert.deepEqual(rig.holdings(), [{ symbol: 'IBM', numShares: -10, reservedShares: 0 }]);
  assert.equal(rig.account().tradingState, 'reducing');
  const last = rig.events().findLast(({ topic }) => topic === 'account');
  assert(last?.topic === 'account');
  assert.equal(last.account.tradingState, 'reducing', 'the user is told');
  assert.equal(rig.actor.ctx.counters.get('incident_short_by_bust'), 1);
});

test('E29 a correction reverses and books anew in one event, with the old terms and the new', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  const trade = { ...rig.trade(id, 4, 18_000), cumQty: 4 };
  rig.execute(trade, id);
  rig.execute(correct(rig, id, trade.execId, 5, 17_000), id);
  assert.deepEqual(books(rig, id), {
    order: {
      status: 'partially_filled',
      cumQty: 5,
      leavesQty: 5,
      cumNotionalInCents: 85_000,
      feeInCents: 9,
    },
    account: {
      userId: ALICE,
      cashInCents: 500_000 - 85_000 - 9,
      reservedInCents: 90_000 + 9,
      buyingPowerInCents: 500_000 - 85_000 - 9 - 90_009,
      tradingState: 'active',
    },
    holdings: [{ symbol: 'IBM', numShares: 105, reservedShares: 0 }],
  });
  const told = rig.events().findLast(({ topic }) => topic === 'trade');
  assert(told?.topic === 'trade');
  assert.deepEqual(
    [told.kind, told.execId, told.lastQty, told.lastPriceInCents, told.feeInCents, told.previous],
    ['trade_corrected', trade.execId, 5, 17_000, 1, { lastQty: 4, lastPriceInCents: 18_000 }],
  );
});

test('E29 a correction of an unknown trade waits for it', (t) => {
  const rig = funded(t);
  const { id } = rig.submitted();
  const trade = { ...rig.trade(id, 4, 18_000), cumQty: 4 };
  rig.execute(correct(rig, id, trade.execId, 3, 17_000), id);
  rig.execute(trade, id);
  assert.deepEqual(
    [rig.order(id).cumQty, rig.order(id).cumNotionalInCents, kinds(rig).slice(-2)],
    [3, 51_000, ['order_traded', 'trade_corrected']],
  );
});

test('what the stream replays of busts and corrections is what was sent live', (t) => {
  const rig = funded(t);
  rig.watch('gateway/0');
  const { id } = rig.submitted();
  const trade = { ...rig.trade(id, 4, 18_000), cumQty: 4 };
  rig.execute(trade, id);
  const corrected = correct(rig, id, trade.execId, 5, 17_000);
  rig.execute(corrected, id);
  rig.execute(bust(rig, id, corrected.execId), id);
  const live = rig.live();
  assert.equal(live.at(-1)?.kind, 'account_changed');
  assert.deepEqual(live, rig.events().slice(-live.length));
});

const SETS: [name: string, script: (rig: ShardRig, id: string) => Execution[]][] = [
  [
    'fills, a bust, a correction, and the end of the day',
    (rig, id) => {
      const first = { ...rig.trade(id, 4, 17_900), cumQty: 4 };
      const second = { ...rig.trade(id, 3, 18_000), cumQty: 7 };
      const corrected = { ...correct(rig, id, second.execId, 2, 17_500), cumQty: 6 };
      const busted = bust(rig, id, first.execId, { cumQty: 2 });
      const ended = rig.execution(id, { execKind: 'expired', cumQty: 2, reason: 'end_of_session' });
      return [first, second, corrected, busted, ended];
    },
  ],
  [
    'a correction of a correction, busted, after a cancel',
    (rig, id) => {
      const trade = { ...rig.trade(id, 6, 17_900), cumQty: 6 };
      const ended = rig.execution(id, { execKind: 'cancelled', cumQty: 6, reason: 'by_venue' });
      const corrected = { ...correct(rig, id, trade.execId, 5, 17_000), cumQty: 5 };
      const again = { ...correct(rig, id, corrected.execId, 4, 17_100), cumQty: 4 };
      const busted = bust(rig, id, again.execId, { cumQty: 0 });
      return [trade, ended, corrected, again, busted];
    },
  ],
];

for (const [name, script] of SETS) {
  test(`E17 E38 ${name}: one end in every order of arrival, twice over, on real rows`, (t) => {
    let expected: ReturnType<typeof books> | null = null;
    for (const [n, order] of permutations([0, 1, 2, 3, 4]).entries()) {
      if (n % 3 !== 0) continue; // 40 of 120; test/domain/fact-sets.test.ts has them all
      const rig = funded(t);
      const { id } = rig.submitted();
      const executions = script(rig, id);
      const arrival = order.flatMap((i) => executions[i] ?? []);
      for (const execution of [...arrival, ...arrival]) rig.execute(execution, id);
      const end = books(rig, id);
      expected ??= end;
      assert.deepEqual(end, expected, `arrival ${order}`);
      assert.deepEqual(unbalanced(rig.path), [], 'every transaction sums to zero');
      rig.actor.close();
    }
  });
}

function unbalanced(path: string): unknown[] {
  const db = new Database(path, { readonly: true });
  const sql = 'SELECT tx_no FROM postings GROUP BY tx_no, asset HAVING sum(amount) <> 0';
  const rows = db.prepare(sql).all();
  db.close();
  return rows;
}

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}
