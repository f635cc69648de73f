// A reconciler under test, and what those whom it asks say: messages of which a test names only
// what it is about.
import assert from 'node:assert/strict';
import {
  type ConnectionState,
  LINK_DOWN,
  type LinkState,
  type QueryOrders,
} from '../../../src/actors/exchange-connection/protocol.ts';
import type { OpenOrder, UnresolvedOrder } from '../../../src/actors/order-shard/protocol.ts';
import type { Reconciliation } from '../../../src/actors/reconciler/protocol.ts';
import { type Message, Reconciler } from '../../../src/actors/reconciler/reconciler.ts';
import type { QueryResult, VenueOrder } from '../../../src/exchange/port.ts';
import { LIMITS } from '../../../src/limits.ts';
import { ActorRig, type Sent, START_MS } from '../test-context.ts';
import { CAPABILITIES, EPOCH, orderIdOf } from '../venue-messages.ts';

export const SHARD_0 = 'order-shard/00';
export const SHARD_1 = 'order-shard/01';
/** Orders and questions pass, the feeds are down. */
export const REACHABLE: LinkState = { ...LINK_DOWN, ordersReachable: true };
export const BOOKED = { outcome: 'booked', fillsMissing: false } as const;
export const OPTIONS = {
  shards: [0, 1],
  unresolvedAfterMs: { pending: 1_000, pendingCancel: 2_000 },
  matchGraceMs: 3_000,
};
export type Rig = ActorRig<Message>;

export function newRig(): Rig {
  return new ActorRig<Message>('reconciler/0', (ctx) => new Reconciler(OPTIONS, ctx));
}

export function reachable(): Rig {
  const rig = newRig();
  rig.receive({ kind: 'LinkChanged', link: REACHABLE });
  return rig;
}

/** Orders of shard 0 that are being asked about. */
export function asking(...numbers: number[]): Rig {
  const rig = reachable();
  list(rig, SHARD_0, ...numbers.map((n) => unresolved(n, START_MS - 10_000)));
  assert.equal(questions(rig).length, 1);
  return rig;
}

export function list(rig: Rig, shard: typeof SHARD_0, ...orders: UnresolvedOrder[]): void {
  rig.answer('ListUnresolved', { outcome: 'unresolved', orders }, shard);
}

export function listed(rig: Rig): string[] {
  return rig.ctx.asks.filter(({ message }) => message.kind === 'ListUnresolved').map((a) => a.to);
}

/** The order ids of the questions that are on the way. */
export function questions(rig: Rig): (readonly string[])[] {
  const asks = rig.openAsks('QueryOrders') as QueryOrders[];
  return asks.map(({ orders }) => orders.map(({ clientOrderId }) => clientOrderId ?? ''));
}

export function unresolved(n: number, sendAttemptedAtMs: number): UnresolvedOrder {
  return {
    orderId: orderIdOf(n),
    reason: 'outcome',
    externalOrderId: null,
    sendAttemptedAtMs,
    notAfterMs: sendAttemptedAtMs + LIMITS.notAfterMs,
    cumQty: 0,
  };
}

export function answered(results: readonly QueryResult[], askedAtMs = START_MS, epoch = EPOCH) {
  return { outcome: 'answered', epoch, askedAtMs, results };
}

export function found(n: number, changes: Partial<VenueOrder> = {}): QueryResult {
  const order = venueOrder(n, changes);
  return { outcome: 'found', clientOrderId: orderIdOf(n), externalOrderId: null, order };
}

export function venueOrder(n: number, changes: Partial<VenueOrder> = {}): VenueOrder {
  return {
    externalOrderId: `x${n}`,
    clientOrderId: orderIdOf(n),
    symbol: 'IBM',
    side: 'buy',
    numShares: 10,
    priceInCents: 18_000,
    status: 'open',
    cumQty: 0,
    reason: null,
    ...changes,
  };
}

export function notFound(n: number): QueryResult {
  return { outcome: 'not_found', clientOrderId: orderIdOf(n), externalOrderId: null };
}

export function parkedOf(newestParkedAtMs: number | null) {
  const parked = newestParkedAtMs === null ? 0 : 3;
  const times = { oldestParkedAtMs: newestParkedAtMs, newestParkedAtMs };
  return { outcome: 'parked', parked, quarantined: 0, inFlight: 0, ...times };
}

export function queried(n: number, venue: VenueOrder | null, nothingParked = false): Sent {
  const orderId = orderIdOf(n);
  const word = { epoch: EPOCH, venue, askedAtMs: START_MS, nothingParked };
  const message = { kind: 'OrderQueried', orderId, ...word };
  return { via: 'ask', to: SHARD_0, message };
}

export function openOrder(n: number, changes: Partial<OpenOrder> = {}): OpenOrder {
  return {
    orderNo: n,
    orderId: orderIdOf(n),
    status: 'submitted',
    externalOrderId: `x${n}`,
    venueEpoch: EPOCH,
    symbol: 'IBM',
    side: 'buy',
    timeInForce: 'day',
    limitPriceInCents: 18_000,
    numShares: 10,
    cumQty: 0,
    createdAtMs: START_MS - 60_000,
    updatedAtMs: START_MS - 60_000,
    ...changes,
  };
}

/** Everything that a report needs is answered. */
export function stateOf(rig: Rig): Reconciliation {
  const before = rig.ctx.asks;
  rig.ctx.asks = [];
  rig.receive({ kind: 'GetReconciliation', replyTo: rig.replyTo() });
  rig.answer('GetParked', parkedOf(START_MS));
  rig.answer('GetFeedPosition', { outcome: 'feed_position', position: { epoch: EPOCH, seq: 7 } });
  rig.answer('GetConnectionState', connectionState(0));
  const last = rig.ctx.sent.pop();
  rig.ctx.sent.splice(-3);
  rig.ctx.asks = before;
  assert(last?.via === 'reply');
  return last.reply as Reconciliation;
}

export function connectionState(losses: number): ConnectionState {
  return {
    outcome: 'connection_state',
    link: LINKED,
    connections: { orders: 4, control: 1, tradeFeed: 1, priceFeed: 1 },
    submitsQueued: 0,
    submitsInFlight: 0,
    executionFeed: { epoch: EPOCH, headSeq: 9, gaps: 2, losses },
    exchangeClockSkewMs: null,
  };
}

/** Lets rounds go by until the actor asks that, and answers everything else with nothing. */
export function settle(rig: Rig, ...kinds: string[]): void {
  const idle: Readonly<Record<string, unknown>> = {
    ListUnresolved: { outcome: 'unresolved', orders: [] },
    ListParked: { outcome: 'parked_orders', orders: [] },
    ListOpenOrders: { outcome: 'open_orders', orders: [], nextAfter: null },
    ListVenueOrders: page([]),
    GetConnectionState: connectionState(0),
    RecordAcceptances: { outcome: 'recorded' },
    OrderQueried: BOOKED,
  };
  for (;;) {
    const kind = rig.ctx.asks
      .map(({ message }) => message.kind)
      .find((one) => idle[one] !== undefined && !kinds.includes(one));
    if (kind === undefined) return;
    rig.answer(kind, idle[kind] as { outcome: string });
  }
}

export function page(orders: readonly VenueOrder[], hasMore = false, epoch = EPOCH) {
  return { outcome: 'answered', epoch, askedAtMs: START_MS, orders, hasMore };
}

export function ours(orders: readonly OpenOrder[], nextAfter: number | null = null) {
  return { outcome: 'open_orders', orders, nextAfter };
}

export const SESSION = { sessionId: 's1', state: 'open', tradingDate: '2026-01-05' } as const;

export const LINKED: LinkState = {
  linked: true,
  ordersReachable: true,
  tradeFeedLive: true,
  priceFeedLive: true,
  capabilities: CAPABILITIES,
  session: SESSION,
  lastClose: null,
};

/** Linked, and the match that begins with it is over: nothing was open anywhere. */
export function matched(): Rig {
  const rig = newRig();
  rig.receive({ kind: 'LinkChanged', link: LINKED });
  settle(rig);
  assert.equal(stateOf(rig).fullMatch.last?.outcome, 'complete');
  rig.sent();
  return rig;
}
