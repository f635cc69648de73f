// What a customer reads about an order, for every kind of event.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveOrder } from '../../src/domain/derive-order.ts';
import { NO_FACTS, type Order } from '../../src/domain/order.ts';
import type { OrderEventFact, OrderFact } from '../../src/domain/order-fact.ts';
import { tradesOf } from '../../src/domain/order-trades.ts';
import { timelineOf } from '../../src/domain/timeline.ts';

const INTENT = {
  id: 'ord_1',
  userId: 'usr_1',
  idempotencyKey: 'k',
  venue: 'SIM',
  symbol: 'IBM',
  side: 'buy',
  orderType: 'limit',
  timeInForce: 'day',
  priceInCents: 18_200,
  limitPriceInCents: 18_200,
  referencePriceInCents: 18_100,
  numShares: 10,
  createdAtMs: 0,
  sendAttemptedAtMs: 0,
  notAfterMs: 0,
} as const;

function anOrder(changes: Partial<Order>): Order {
  const merged = { ...INTENT, ...NO_FACTS, ...changes };
  const rest = { feeInCents: 0, cancelRequestedAtMs: null, updatedAtMs: 0, version: 1 };
  return { ...merged, ...deriveOrder(merged, merged), ...rest };
}

type Kind = OrderEventFact['kind'];

function event(
  kind: Kind,
  changes: Partial<Order> = {},
  more: Partial<OrderEventFact> = {},
): OrderEventFact {
  const order = anOrder(changes);
  const at = { seq: 1, atMs: 1_000, exchangeAtMs: null, cause: null, trade: null };
  return { topic: 'event', kind, order, ...at, ...more };
}

const TRADE = { execId: 'x1', lastQty: 4, lastPriceInCents: 18_169, feeInCents: 1, previous: null };
const EXTERNAL = { externalOrderId: 'sim-12' };

const CASES: Readonly<Record<Kind, [fact: OrderEventFact, source: string, text: string][]>> = {
  order_created: [
    [
      event('order_created'),
      'customer',
      'You asked to buy 10 shares of IBM for at most $182.00 each (day); we sent it to the exchange.',
    ],
    [
      event('order_created', { side: 'sell', numShares: 1, timeInForce: 'gtc' }),
      'customer',
      'You asked to sell 1 share of IBM for at least $182.00 each (gtc); we sent it to the exchange.',
    ],
    [
      event('order_created', { orderType: 'market', priceInCents: null }),
      'customer',
      'You asked to buy 10 shares of IBM at the market price; we sent it to the exchange.',
    ],
  ],
  order_submitted: [
    [event('order_submitted', EXTERNAL), 'exchange', 'The exchange accepted your order as sim-12.'],
  ],
  order_reconciled: [
    [
      event('order_reconciled', { ...EXTERNAL, cancelled: 'by_user', finalCumQty: 4 }),
      'exchange',
      'The exchange counts 4 shares traded in all.',
    ],
  ],
  order_resurrected: [
    [
      event('order_resurrected', { ...EXTERNAL, ourVerdict: 'not_found_at_exchange' }),
      'exchange',
      'The exchange does have your order after all, as sim-12.',
    ],
  ],
  order_failed: [
    [
      event('order_failed', { venueRejected: 'market_closed' }),
      'exchange',
      'The exchange refused the order (market closed).',
    ],
    [
      event('order_failed', { ourVerdict: 'not_sent' }),
      'broker',
      'Your order could not be sent to the exchange; it was ended.',
    ],
    [
      event('order_failed', { ourVerdict: 'not_sent' }, { cause: 'kill_switch' }),
      'operator',
      'Trading was stopped before your order was sent; it was ended.',
    ],
    [
      event('order_failed', { ourVerdict: 'not_found_at_exchange' }),
      'broker',
      'The exchange proved not to have your order; it was ended.',
    ],
  ],
  order_cancel_requested: [
    [
      event('order_cancel_requested', { cancelsRequested: 1 }),
      'customer',
      'You asked to cancel the order.',
    ],
    [
      event('order_cancel_requested', { cancelsRequested: 1 }, { cause: 'late_ack_policy' }),
      'broker',
      'You had been told that the order had failed, so we asked the exchange to cancel it.',
    ],
  ],
  order_cancel_unanswered: [
    [
      event('order_cancel_unanswered', { cancelsRequested: 1, cancelError: 'no_answer' }),
      'broker',
      'The cancel has no answer yet (no answer); we keep asking.',
    ],
  ],
  order_cancel_rejected: [
    [
      event('order_cancel_rejected', {
        cancelsRequested: 1,
        cancelsRefused: 1,
        cancelRefusal: 'too_late',
      }),
      'exchange',
      'The exchange refused the cancel (too late).',
    ],
  ],
  order_cancelled: [
    [
      event('order_cancelled', { cumQty: 4, cancelled: 'by_user' }),
      'exchange',
      'The exchange confirmed the cancel; 6 of 10 shares were not bought.',
    ],
    [
      event('order_cancelled', { cumQty: 9, cancelled: 'no_liquidity' }),
      'exchange',
      'The exchange cancelled the order (no liquidity); 1 of 10 shares was not bought.',
    ],
    [
      event('order_cancelled', { ourVerdict: 'not_sent', cancelsRequested: 1 }),
      'broker',
      "The order never reached the exchange's book; it is cancelled, and 10 of 10 shares were not bought.",
    ],
    [
      event('order_cancelled', { cancelled: 'venue_book_lost' }, { cause: 'venue_book_lost' }),
      'broker',
      'The exchange restarted and no longer has the order, so it is cancelled; 10 of 10 shares were not bought.',
    ],
    [
      event('order_cancelled', { closedAtVenue: 'busted' }),
      'exchange',
      'The order is closed at the exchange (busted); 10 of 10 shares were not bought.',
    ],
  ],
  order_expired: [
    [
      event('order_expired', { cumQty: 4, expired: 'session_end' }),
      'exchange',
      'The order expired (session end); 6 of 10 shares were not bought.',
    ],
  ],
  order_traded: [
    [
      event('order_traded', { cumQty: 4 }, { trade: TRADE }),
      'exchange',
      '4 of 10 shares were bought at $181.69; fee $0.01.',
    ],
    [
      event(
        'order_traded',
        { cumQty: 1, side: 'sell' },
        { trade: { ...TRADE, lastQty: 1, lastPriceInCents: 123_456_700, feeInCents: 0 } },
      ),
      'exchange',
      '1 of 10 shares was sold at $1,234,567.00.',
    ],
  ],
  trade_after_cancel: [
    [
      event('trade_after_cancel', { cumQty: 4, cancelled: 'by_user' }, { trade: TRADE }),
      'exchange',
      '4 of 10 shares were bought at $181.69, although the order was closed already; fee $0.01.',
    ],
  ],
  trade_busted: [
    [
      event('trade_busted', {}, { trade: { ...TRADE, feeInCents: -1 } }),
      'exchange',
      'The exchange took back a trade of 4 shares at $181.69; cash, shares and fee were put back.',
    ],
  ],
  trade_corrected: [
    [
      event(
        'trade_corrected',
        {},
        { trade: { ...TRADE, previous: { lastQty: 5, lastPriceInCents: 18_170 } } },
      ),
      'exchange',
      'The exchange corrected a trade: 4 shares at $181.69 instead of 5 shares at $181.70.',
    ],
  ],
};

for (const [kind, cases] of Object.entries(CASES)) {
  for (const [fact, source, text] of cases) {
    test(`${kind}: ${text}`, () => {
      const { seq, atMs, exchangeAtMs, cause } = fact;
      const expected = [{ seq, atMs, exchangeAtMs, source, kind, cause, text }];
      assert.deepEqual(timelineOf([fact]), expected);
    });
  }
}

test('an incident stands where it fell in time, in calm words, unless its event has told it', () => {
  const facts: OrderFact[] = [
    event('order_submitted', EXTERNAL, { seq: 2, atMs: 1_000 }),
    event('order_traded', { cumQty: 4 }, { seq: 3, atMs: 2_000, trade: TRADE }),
    { topic: 'incident', kind: 'trade_conflict', atMs: 1_500 },
    { topic: 'incident', kind: 'trade_busted', atMs: 1_600 },
    { topic: 'incident', kind: 'something_new', atMs: 2_000 },
  ];
  assert.deepEqual(
    timelineOf(facts).map(({ seq, kind, source, cause }) => [seq, kind, source, cause]),
    [
      [2, 'order_submitted', 'exchange', null],
      [null, 'incident', 'broker', 'trade_conflict'],
      [3, 'order_traded', 'exchange', null],
      [null, 'incident', 'broker', 'something_new'],
    ],
  );
  for (const { kind, text } of timelineOf(facts)) {
    if (kind === 'incident') assert.match(text, /\. We are looking into it\.$/);
  }
});

test('E27 a bust that waits for its trade is told without a time of ours', () => {
  const facts: OrderFact[] = [{ topic: 'early_amendment', kind: 'bust', exchangeAtMs: 900 }];
  const [entry] = timelineOf(facts);
  assert.deepEqual(
    [entry?.kind, entry?.atMs, entry?.exchangeAtMs],
    ['bust_before_trade', null, 900],
  );
});

test('trades show their corrections and busts, and what they cost in fees all in all', () => {
  const previous = { lastQty: 4, lastPriceInCents: 18_169 };
  const corrected = { ...TRADE, lastQty: 3, lastPriceInCents: 18_100, feeInCents: 2, previous };
  const other = { ...TRADE, execId: 'x2', lastQty: 6 };
  const trades = tradesOf([
    event('order_created'),
    event('order_traded', {}, { seq: 2, exchangeAtMs: 5, trade: TRADE }),
    event('order_traded', {}, { seq: 3, trade: other }),
    event('trade_corrected', {}, { seq: 4, atMs: 1_200, exchangeAtMs: 7, trade: corrected }),
    event('trade_busted', {}, { seq: 5, trade: { ...other, feeInCents: -1 } }),
  ]);
  assert.deepEqual(trades, [
    {
      execId: 'x1',
      seq: 2,
      atMs: 1_000,
      exchangeAtMs: 5,
      state: 'corrected',
      lastQty: 3,
      lastPriceInCents: 18_100,
      feeInCents: 3,
      changes: [{ kind: 'corrected', seq: 4, atMs: 1_200, exchangeAtMs: 7, previous }],
    },
    {
      execId: 'x2',
      seq: 3,
      atMs: 1_000,
      exchangeAtMs: null,
      state: 'busted',
      lastQty: 6,
      lastPriceInCents: 18_169,
      feeInCents: 0,
      changes: [
        {
          kind: 'busted',
          seq: 5,
          atMs: 1_000,
          exchangeAtMs: null,
          previous: { lastQty: 6, lastPriceInCents: 18_169 },
        },
      ],
    },
  ]);
});
