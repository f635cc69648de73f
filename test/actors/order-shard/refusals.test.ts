// Every refusal of an order by its shard: its code and numbers, its counter, and an unchanged
// database.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { LINK_DOWN } from '../../../src/actors/exchange-connection/protocol.ts';
import type { PlaceOrder, UserLimitsReply } from '../../../src/actors/order-shard/protocol.ts';
import type { TradingState } from '../../../src/domain/account.ts';
import { USD } from '../../../src/domain/ledger.ts';
import type { RejectCode, RejectDetail } from '../../../src/domain/reject-codes.ts';
import { NO_USER_LIMITS, type UserLimits } from '../../../src/domain/user-limits.ts';
import { ALICE, LINKED, ShardRig } from './shard-rig.ts';

const HALTED = { state: 'halted', reason: 'drill' } as const;
const REDUCING = { state: 'reducing', reason: null } as const;

/** Holds 1,000,000 cents and 50 IBM, and has an order of 10 at 180.00 resting. */
class TraderRig extends ShardRig {
  readonly resting: string;

  constructor(t: Pick<TestContext, 'after'>, options: { duplicateWindowMs?: number } = {}) {
    super(t, options);
    this.deposit(ALICE, USD, 1_000_000);
    this.deposit(ALICE, 'IBM', 50);
    this.resting = this.submitted().id;
  }

  limits(limits: Partial<UserLimits>): UserLimitsReply | null {
    const replyTo = this.actor.replyTo<UserLimitsReply>();
    const all = { ...NO_USER_LIMITS, ...limits };
    const command = { kind: 'SetUserLimits', userId: ALICE, limits: all, by: 'usr_00op' } as const;
    this.actor.receive({ ...command, replyTo });
    return this.reply<UserLimitsReply>(replyTo.correlationId);
  }

  state(state: TradingState, reason: string | null = null): void {
    const replyTo = this.actor.replyTo<never>();
    const command = { kind: 'SetUserTradingState', userId: ALICE, state, reason } as const;
    this.actor.receive({ ...command, by: 'usr_00op', replyTo });
  }

  noLongerListed(symbol: string): void {
    this.actor.ctx.prices.delete(symbol);
  }

  terms(changes: { tickInCents?: number; halted?: boolean; price?: null }): void {
    const { prices } = this.actor.ctx;
    const terms = prices.get('IBM');
    assert(terms !== undefined);
    prices.set('IBM', { ...terms, ...changes });
  }

  /** Every row of every table. */
  rows(): Record<string, unknown[]> {
    const db = new Database(this.path, { readonly: true });
    const names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
    const tables = db.prepare(names).pluck().all() as string[];
    const rows = tables.map((table) => [table, db.prepare(`SELECT * FROM "${table}"`).all()]);
    db.close();
    return Object.fromEntries(rows);
  }
}

interface Case {
  readonly code: RejectCode;
  readonly when: string;
  readonly arrange: (rig: TraderRig) => void;
  readonly order?: Partial<PlaceOrder>;
  readonly detail: (rig: TraderRig) => RejectDetail;
}

const SELL = { side: 'sell', priceInCents: 18_200, numShares: 5 } as const;

/** In the order of reject-codes.ts. */
const CASES: readonly Case[] = [
  {
    code: 'idempotency_mismatch',
    when: 'the key belongs to another order',
    arrange: (rig) => rig.place({ idempotencyKey: 'taken', numShares: 3 }),
    order: { idempotencyKey: 'taken', numShares: 4 },
    detail: (rig) => ({ orderId: rig.lastOrder().id, fields: ['numShares'] }),
  },
  {
    code: 'exchange_unavailable',
    when: 'the link is down',
    arrange: (rig) => rig.link(LINK_DOWN),
    detail: () => ({}),
  },
  {
    code: 'busy',
    when: 'the window towards the exchange is full',
    arrange: (rig) => Object.assign(rig.actor.ctx, { windowFreeValue: 0 }),
    detail: () => ({}),
  },
  {
    code: 'rate_limited',
    when: "the user's own rate is used up",
    arrange: (rig) => rig.limits({ ordersPerSecondMax: 1 }),
    detail: () => ({ ordersPerSecondMax: 1, retryAfterMs: 1_000 }),
  },
  {
    code: 'trading_halted',
    when: 'the broker is halted',
    arrange: (rig) => rig.decide({ broker: HALTED }),
    detail: () => ({ scope: 'broker', reason: 'drill' }),
  },
  {
    code: 'trading_halted',
    when: 'the user is halted',
    arrange: (rig) => rig.state('halted', 'court order'),
    detail: () => ({ scope: 'user', reason: 'court order' }),
  },
  {
    code: 'reduce_only',
    when: 'the broker only reduces',
    arrange: (rig) => rig.decide({ broker: REDUCING }),
    detail: () => ({ scope: 'broker', numSharesMax: 0 }),
  },
  {
    code: 'reduce_only',
    when: 'the symbol is only reduced, and more is sold than held',
    arrange: (rig) => rig.decide({ symbols: [{ symbol: 'IBM', ...REDUCING }] }),
    order: { ...SELL, numShares: 51 },
    detail: () => ({ scope: 'symbol', numSharesMax: 50 }),
  },
  {
    code: 'reduce_only',
    when: 'the user may only reduce',
    arrange: (rig) => rig.state('reducing', 'overdrawn'),
    detail: () => ({ scope: 'user', reason: 'overdrawn', numSharesMax: 0 }),
  },
  {
    code: 'unknown_symbol',
    when: 'the exchange does not list it',
    arrange: (rig) => rig.noLongerListed('IBM'),
    detail: () => ({ symbol: 'IBM' }),
  },
  {
    code: 'market_closed',
    when: 'the session is closed',
    arrange: (rig) =>
      rig.link({
        ...LINKED,
        session: { sessionId: 's1', state: 'closed', tradingDate: '2026-01-05' },
      }),
    detail: () => ({ symbol: 'IBM' }),
  },
  {
    code: 'symbol_halted',
    when: 'the exchange has halted it',
    arrange: (rig) => rig.terms({ halted: true }),
    detail: () => ({ symbol: 'IBM', haltedBy: 'exchange' }),
  },
  {
    code: 'symbol_halted',
    when: 'we have halted it',
    arrange: (rig) => rig.decide({ symbols: [{ symbol: 'IBM', ...HALTED }] }),
    detail: () => ({ symbol: 'IBM', haltedBy: 'broker', reason: 'drill' }),
  },
  {
    code: 'no_reference_price',
    when: 'nothing has been traded yet',
    arrange: (rig) => rig.terms({ price: null }),
    detail: () => ({ symbol: 'IBM' }),
  },
  {
    code: 'no_reference_price',
    when: 'the price feed is not live',
    arrange: (rig) => rig.link({ ...LINKED, priceFeedLive: false }),
    detail: () => ({ symbol: 'IBM' }),
  },
  {
    code: 'price_not_on_tick',
    when: 'the price is between two ticks',
    arrange: (rig) => rig.terms({ tickInCents: 7 }),
    detail: () => ({ tickInCents: 7 }),
  },
  {
    code: 'order_too_large',
    when: "it has more shares than the user's limit",
    arrange: (rig) => rig.limits({ orderSharesMax: 9 }),
    detail: () => ({ numShares: 10, orderSharesMax: 9 }),
  },
  {
    code: 'order_value_too_large',
    when: "it is worth more than the user's limit",
    arrange: (rig) => rig.limits({ orderValueMaxInCents: 179_999 }),
    detail: () => ({ orderValueMaxInCents: 179_999, numSharesMax: 9 }),
  },
  {
    code: 'price_outside_collar',
    when: 'it pays far more than the last price',
    arrange: () => undefined,
    order: { priceInCents: 20_021 },
    detail: () => ({ lastPriceInCents: 18_200, priceInCentsMax: 20_020 }),
  },
  {
    code: 'duplicate_order',
    when: "the same was placed within the user's own window",
    arrange: (rig) => {
      rig.limits({ duplicateWindowMs: 1_000 });
      rig.place({ numShares: 11 });
    },
    order: { numShares: 11 },
    detail: (rig) => ({ orderId: rig.lastOrder().id, retryAfterMs: 1_000 }),
  },
  {
    code: 'wash_trade_risk',
    when: 'E37 it would meet an order of the same user',
    arrange: () => undefined,
    order: { ...SELL, priceInCents: 18_000 },
    detail: (rig) => ({
      orderId: rig.resting,
      itsLimitPriceInCents: 18_000,
      limitPriceInCents: 18_000,
    }),
  },
  {
    code: 'insufficient_buying_power',
    when: 'the cash does not suffice',
    arrange: () => undefined,
    order: { numShares: 46 },
    detail: () => ({ neededInCents: 828_083, availableInCents: 819_982 }),
  },
  {
    code: 'insufficient_shares',
    when: 'more is sold than is held',
    arrange: () => undefined,
    order: { ...SELL, numShares: 51 },
    detail: () => ({ neededShares: 51, availableShares: 50 }),
  },
];

for (const { code, when, arrange, order = {}, detail } of CASES) {
  test(`${code} when ${when}: counted, nothing stored`, (t) => {
    const rig = new TraderRig(t);
    arrange(rig);
    const before = rig.rows();
    const refusal = rig.place(order);
    assert(refusal?.outcome === 'rejected', 'the order was taken');
    assert.equal(refusal.code, code);
    assert.deepEqual(refusal.detail, detail(rig));
    assert.equal(rig.actor.ctx.counters.get(`refused_${code}`), 1);
    assert.deepEqual(rig.rows(), before);
  });
}

test('controls_unknown: a restarted shard takes no order before the directory has spoken', (t) => {
  const rig = new TraderRig(t);
  rig.actor.restart();
  rig.link(LINKED);
  const before = rig.rows();
  const refusal = rig.place({ idempotencyKey: 'k' });
  assert(refusal?.outcome === 'rejected');
  assert.deepEqual([refusal.code, refusal.retry], ['controls_unknown', 'same_key']);
  assert.deepEqual(rig.rows(), before);
  rig.decide();
  assert.equal(rig.place({ idempotencyKey: 'k' }), null);
});

test('a refused user without an account has none afterwards', (t) => {
  const rig = new TraderRig(t);
  const before = rig.rows();
  const refusal = rig.place({ userId: 'usr_00nobody' });
  assert(refusal?.outcome === 'rejected');
  assert.equal(refusal.code, 'insufficient_buying_power');
  assert.deepEqual(rig.rows(), before);
});

test('an order alike is taken when the window is over, and another one at once', (t) => {
  const rig = new TraderRig(t, { duplicateWindowMs: 250 });
  assert.equal(rig.place({ numShares: 11 }), null, 'another number of shares');
  assert.equal(rig.place({ numShares: 10, priceInCents: 17_999 }), null, 'another price');
  rig.actor.advance(249);
  assert.equal(rig.place()?.outcome, 'rejected');
  rig.actor.advance(1);
  assert.equal(rig.place(), null);
});

test('an order that was placed without a window is not met under a later one', (t) => {
  const rig = new TraderRig(t);
  rig.limits({ duplicateWindowMs: 1_000 });
  assert.equal(rig.place(), null, 'the one before it was placed without a window');
  assert.equal(rig.place()?.outcome, 'rejected');
});

test('an order that was placed under a short window is met under a longer one', (t) => {
  const rig = new TraderRig(t, { duplicateWindowMs: 250 });
  rig.actor.advance(250);
  rig.limits({ duplicateWindowMs: 1_000 });
  assert.equal(rig.place()?.outcome, 'rejected');
});

test('E37 an order that was never answered, or is being cancelled, is met as well', (t) => {
  const rig = new TraderRig(t);
  rig.place({ priceInCents: 18_100 });
  const unknown = rig.lastOrder().id;
  rig.actor.answer('SubmitOrder', { outcome: 'outcome_unknown', reason: 'no_answer' });
  const crossed = () => {
    const refusal = rig.place({ ...SELL, priceInCents: 17_900 });
    assert(refusal?.outcome === 'rejected');
    assert.equal(refusal.code, 'wash_trade_risk');
    return refusal.detail['orderId'];
  };
  assert.equal(crossed(), unknown, 'the best-priced of those that it could meet');
  for (const orderId of [unknown, rig.resting]) {
    const replyTo = rig.actor.replyTo<never>();
    rig.actor.receive({ kind: 'CancelOrder', userId: ALICE, orderId, waitMs: 0, replyTo });
  }
  assert.equal(rig.order(rig.resting).status, 'pending_cancel');
  assert.equal(crossed(), unknown);
  assert.equal(rig.place({ ...SELL, priceInCents: 18_101 }), null, 'above both there is no cross');
});

test('cancels pass whatever is halted', (t) => {
  const rig = new TraderRig(t);
  rig.decide({ broker: HALTED, symbols: [{ symbol: 'IBM', ...HALTED }] });
  rig.state('halted');
  const replyTo = rig.actor.replyTo<never>();
  rig.actor.receive({
    kind: 'CancelOrder',
    userId: ALICE,
    orderId: rig.resting,
    waitMs: 0,
    replyTo,
  });
  assert.equal(rig.order(rig.resting).status, 'pending_cancel');
  assert.equal(rig.actor.openAsks('SubmitCancel').length, 1);
});

test('a known key is answered with its order whatever is halted (E01)', (t) => {
  const rig = new TraderRig(t);
  rig.place({ idempotencyKey: 'k', waitMs: 0 });
  rig.decide({ broker: HALTED });
  const replay = rig.place({ idempotencyKey: 'k', waitMs: 0 });
  assert(replay?.outcome === 'order');
  assert.equal(replay.replayed, true);
});
