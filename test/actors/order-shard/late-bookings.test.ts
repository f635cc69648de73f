// What is booked after a close and concerns a trade of before it amends the values since that
// trade, in the commit that books it; what was taken at the close stays to be seen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { USD } from '../../../src/domain/ledger.ts';
import { close, closing, findings, history, latest, linkIn, print } from './closes-rig.ts';
import { ALICE, BOB, type ShardRig } from './shard-rig.ts';

const CASH = 500_000;
const SHARES = 100;

/** What the newest value says, and what it said when it was taken. */
function told(rig: ShardRig, userId = ALICE) {
  const value = latest(rig, userId);
  const { cashInCents, positionsInCents, totalInCents, positions, amendedAtMs } = value ?? {};
  const shares = positions?.[0]?.numShares;
  return { cashInCents, shares, positionsInCents, totalInCents, amendedAtMs };
}

test('E17 E18 E20 a trade of before the close that comes after it amends the value', (t) => {
  const rig = closing(t);
  const { id } = rig.submitted();
  const late = [rig.trade(id, 4, 18_000), rig.trade(id, 3, 17_900)];
  rig.actor.advance(500);
  close(rig, 's1');
  const asTaken = latest(rig);
  rig.actor.advance(1_000);
  for (const trade of late.reverse()) rig.execute(trade, id); // out of order, too
  const cashInCents = CASH - 4 * 18_000 - 3 * 17_900 - rig.order(id).feeInCents;
  const positionsInCents = (SHARES + 7) * 18_200;
  assert.deepEqual(told(rig), {
    cashInCents,
    shares: SHARES + 7,
    positionsInCents,
    totalInCents: cashInCents + positionsInCents,
    amendedAtMs: rig.actor.ctx.nowMs(),
  });
  const { positionsInCents: before, totalInCents } = asTaken ?? {};
  assert.deepEqual(latest(rig)?.asTaken, {
    cashInCents: CASH,
    positionsInCents: before,
    totalInCents,
  });
  assert.deepEqual(findings(rig.path), []);
});

test('a trade of the next session, a repeated one and a cancel amend nothing', (t) => {
  const rig = closing(t);
  const { id } = rig.submitted();
  const early = rig.trade(id, 2, 18_000);
  rig.execute(early, id);
  rig.actor.advance(500);
  close(rig, 's1');
  const value = latest(rig);
  rig.execute(early, id);
  rig.actor.advance(1);
  rig.link(linkIn('s2', 'open'));
  rig.execute(rig.trade(id, 4, 18_000), id);
  rig.execute(rig.execution(id, { execKind: 'cancelled', cumQty: 6, reason: 'requested' }), id);
  rig.deposit(ALICE, USD, 1_000);
  assert.deepEqual(latest(rig), value, 'deposits after the close belong to the next value');
  assert.deepEqual(findings(rig.path), []);
});

test('E26 E28 a bust after the close takes its trade out of the values since then', (t) => {
  const rig = closing(t);
  const { id } = rig.submitted();
  const trade = { ...rig.trade(id, 10, 18_000), cumQty: 10 };
  rig.execute(trade, id);
  rig.actor.advance(500);
  close(rig, 's1');
  rig.link(linkIn('s2', 'open'));
  const sold = rig.submitted({ side: 'sell', numShares: 105, priceInCents: 18_100 }).id;
  rig.actor.advance(10);
  rig.execute({ ...rig.trade(sold, 105, 18_100), side: 'sell', cumQty: 105 }, sold);
  rig.actor.advance(500);
  close(rig, 's2');
  rig.actor.advance(500);
  rig.execute(rig.execution(id, { execKind: 'bust', execRef: trade.execId, cumQty: 0 }), id);
  const [second, first] = history(rig);
  assert.deepEqual([first?.cashInCents, first?.positions[0]?.numShares], [CASH, SHARES]);
  assert.equal(first?.asTaken?.cashInCents, CASH - 180_000 - 18);
  assert.equal(second?.positions[0]?.numShares, SHARES - 105, 'short, as the account is');
  assert.equal(second?.positionsInCents, -5 * 18_200);
  assert.equal(second?.cashInCents, CASH + 105 * 18_100 - rig.order(sold).feeInCents);
  assert.equal(rig.account().cashInCents, second?.cashInCents);
  assert.deepEqual(findings(rig.path), []);
});

test('E29 a correction after the close puts the value right, and a second one again', (t) => {
  const rig = closing(t);
  const { id } = rig.submitted();
  const trade = rig.trade(id, 4, 18_000);
  rig.execute(trade, id);
  rig.actor.advance(500);
  close(rig, 's1');
  for (const [qty, price] of [
    [3, 17_000],
    [4, 17_500],
  ] as const) {
    rig.actor.advance(500);
    const terms = { lastQty: qty, lastPriceInCents: price, cumQty: qty };
    rig.execute(rig.execution(id, { execKind: 'correct', execRef: trade.execId, ...terms }), id);
    const cashInCents = CASH - qty * price - rig.order(id).feeInCents;
    const { amendedAtMs, shares, cashInCents: cash } = told(rig);
    assert.deepEqual(
      [cash, shares, amendedAtMs],
      [cashInCents, SHARES + qty, rig.actor.ctx.nowMs()],
    );
  }
  assert.equal(latest(rig)?.asTaken?.cashInCents, CASH - 72_000 - 8);
  assert.deepEqual(findings(rig.path), []);
});

test('E27 a bust that comes before its trade, both after the close, changes the value by 0', (t) => {
  const rig = closing(t);
  const { id } = rig.submitted();
  const trade = rig.trade(id, 4, 18_000);
  rig.actor.advance(500);
  close(rig, 's1');
  rig.actor.advance(500);
  rig.execute(rig.execution(id, { execKind: 'bust', execRef: trade.execId, cumQty: 0 }), id);
  rig.execute(trade, id);
  const value = latest(rig);
  assert.deepEqual([value?.cashInCents, value?.asTaken?.cashInCents], [CASH, CASH]);
  assert.deepEqual(findings(rig.path), []);
});

test('E08 E21 E40 what decides is when the exchange traded, not when or how it is told', (t) => {
  const rig = closing(t);
  const { id } = rig.submitted();
  rig.execute(rig.execution(id, { execKind: 'cancelled', cumQty: 12, reason: 'requested' }), id);
  const late = rig.trade(id, 12, 18_000); // more than was ordered, after the end
  rig.actor.advance(500);
  close(rig, 's1');
  rig.actor.restart(); // and by a shard that remembers nothing
  rig.execute(late, id);
  assert.deepEqual([told(rig).shares, latest(rig)?.late], [SHARES + 12, false]);
  assert.deepEqual(findings(rig.path), []);
});

test('E22 a trade of before the close that an operator gives its owner amends both values', (t) => {
  const rig = closing(t);
  rig.deposit(BOB, USD, 100_000);
  rig.account('usr_00_house');
  const stray = { ...rig.trade('nobody', 4, 18_000), side: 'buy' as const };
  const { epoch, execId } = stray;
  rig.actor.advance(500);
  close(rig, 's1');
  rig.actor.advance(500);
  const strays = { epoch, externalOrderId: 'ext-nobody', executions: [stray] };
  rig.actor.receive({ kind: 'BookStray', ...strays, replyTo: rig.actor.replyTo() });
  assert.equal(told(rig, 'usr_00_house').shares, 4);
  const replyTo = rig.actor.replyTo<never>();
  rig.actor.receive({ kind: 'AssignTrade', epoch, execId, userId: BOB, replyTo });
  const [sent] = rig.actor.openAsks('ReceiveTrade');
  rig.actor.receive({ ...sent, replyTo: rig.actor.replyTo() } as never);
  const { cashInCents, shares } = told(rig, BOB);
  assert.deepEqual([cashInCents, shares], [100_000 - 72_000 - 8, 4]);
  const house = told(rig, 'usr_00_house');
  assert.deepEqual([house.cashInCents, house.shares], [0, undefined]);
  assert.deepEqual(findings(rig.path), []);
});

test('a late trade of a user whose turn has not come is no part of what was taken', (t) => {
  const rig = closing(t);
  const { id } = rig.submitted();
  const trade = rig.trade(id, 4, 18_000);
  rig.actor.advance(500);
  const { inbox } = rig.actor.ctx;
  const { shift } = inbox;
  inbox.shift = () => undefined;
  close(rig, 's1');
  rig.execute(trade, id);
  inbox.shift = shift;
  rig.actor.receive({ kind: 'ValuesDue' });
  const value = latest(rig);
  assert.deepEqual(
    [value?.positions[0]?.numShares, value?.asTaken?.cashInCents],
    [SHARES + 4, CASH],
  );
  assert.deepEqual(findings(rig.path), []);
});

test('a late trade in a symbol that had no price leaves the value without a total', (t) => {
  const rig = closing(t);
  print(rig, 'AIG', 5_000);
  const { id } = rig.submitted({ symbol: 'AIG', priceInCents: 5_000 });
  const trade = { ...rig.trade(id, 4, 5_000), symbol: 'AIG' };
  rig.actor.advance(500);
  close(rig, 's1');
  rig.execute(trade, id);
  const value = latest(rig);
  assert.deepEqual(value?.positions[0], {
    symbol: 'AIG',
    numShares: 4,
    closePriceInCents: null,
    pricedAtMs: null,
    valueInCents: null,
  });
  assert.equal(value?.totalInCents, null);
  assert.equal(value?.asTaken?.totalInCents, CASH + SHARES * 18_200);
});

const BROKEN: [what: string, sql: string, says: RegExp][] = [
  ['cash', 'UPDATE portfolio_values SET cash_in_cents = cash_in_cents + 1', /\d+ cents, the post/],
  ['shares', `UPDATE portfolio_values SET shares = '{"IBM":99}'`, /has 99 IBM, the postings/],
  [
    'net deposits',
    'UPDATE portfolio_values SET net_deposits_in_cents = 0',
    /net deposits of 0, booked were/,
  ],
  ['a value', 'DELETE FROM portfolio_values', /has no value of a session/],
  ['a late booking', 'DELETE FROM late_bookings', /does not amend/],
  [
    'whose it was',
    'INSERT INTO late_bookings VALUES (1, 1, 1, 1)',
    /a late booking of an event that moved no trade/,
  ],
];

for (const [what, sql, says] of BROKEN) {
  test(`I4 I5 the auditor finds ${what} changed behind the ledger's back`, (t) => {
    const rig = closing(t);
    const { id } = rig.submitted();
    const trade = rig.trade(id, 4, 18_000);
    rig.actor.advance(500);
    close(rig, 's1');
    rig.execute(trade, id);
    assert.deepEqual(findings(rig.path), []);
    const db = new Database(rig.path);
    db.exec(sql);
    db.close();
    assert.match(findings(rig.path).join(), says);
  });
}
