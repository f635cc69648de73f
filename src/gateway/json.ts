// What the API shows of orders, accounts, prices and events. Times are RFC 3339 UTC with
// milliseconds, money integer cents.
import type { SymbolTerms } from '../actors/context.ts';
import type { CatalogueEntry, UserSummary } from '../actors/directory/protocol.ts';
import type { LinkState } from '../actors/exchange-connection/protocol.ts';
import type { Account, UserEvent } from '../actors/order-shard/protocol.ts';
import type {
  Candle,
  LedgerEntry,
  OrderTrade,
  Outage,
  PortfolioValue,
  Position,
  TimelineEntry,
} from '../actors/read-pool/protocol.ts';
import type { PriceChanged } from '../actors/symbol-fanout/protocol.ts';
import type { TradingState } from '../domain/account.ts';
import { averageInCents } from '../domain/money.ts';
import { isAnswered, type Order } from '../domain/order.ts';
import { NO_SESSION_PRICES, type SessionPrices } from '../domain/session-prices.ts';

const SECOND_MS = 1_000;
/** The second that was written last, up to its point: most times in answers are of that one. */
let written = { second: Number.NaN, text: '' };

/** RFC 3339 in UTC, with milliseconds. */
export function isoOf(atMs: number): string {
  const second = Math.floor(atMs / SECOND_MS);
  if (second !== written.second) {
    const text = new Date(second * SECOND_MS).toISOString().slice(0, -'000Z'.length);
    written = { second, text };
  }
  const ms = Math.floor(atMs - second * SECOND_MS);
  return `${written.text}${String(ms).padStart(3, '0')}Z`;
}

function isoOrNull(atMs: number | null): string | null {
  return atMs === null ? null : isoOf(atMs);
}

export function orderJson(order: Order) {
  const json = {
    id: order.id,
    status: order.status,
    createdAt: isoOf(order.createdAtMs),
    updatedAt: isoOf(order.updatedAtMs),
    position: order.side,
    symbol: order.symbol,
    type: order.orderType,
    timeInForce: order.timeInForce,
    numShares: order.numShares,
    priceInCents: order.priceInCents,
    cumQty: order.cumQty,
    leavesQty: order.leavesQty,
    avgPriceInCents: averageInCents(order.cumNotionalInCents, order.cumQty),
    feeInCents: order.feeInCents,
    failCode: order.failCode,
    cancel: cancelJson(order),
    externalOrderId: order.externalOrderId,
  };
  const overfillShares = order.cumQty - order.numShares;
  return overfillShares > 0 ? { ...json, overfillShares } : json;
}

export function placedJson(order: Order) {
  return Object.assign(orderJson(order), { outcome: outcomeOf(order) });
}

/** What the exchange has said about the submit; `unknown` while it has said nothing. */
function outcomeOf(order: Order): 'unknown' | 'accepted' | 'rejected' {
  if (!isAnswered(order)) return 'unknown';
  return order.externalOrderId !== null || order.cumQty > 0 ? 'accepted' : 'rejected';
}

/**
 * Null when nobody asked for a cancel and the order was not cancelled; the reason is the exchange's
 * or ours.
 */
function cancelJson(order: Order) {
  const requestedAt = order.cancelRequestedAtMs === null ? null : isoOf(order.cancelRequestedAtMs);
  if (order.status === 'cancelled') {
    const { cancelled, closedAtVenue, venueRejected, ourVerdict } = order;
    const reason = cancelled ?? closedAtVenue ?? venueRejected ?? ourVerdict;
    return { state: 'confirmed', requestedAt, reason };
  }
  if (order.cancelsRequested === 0) return null;
  if (order.cancelsRequested > order.cancelsRefused) {
    return { state: 'requested', requestedAt, reason: order.cancelError };
  }
  return { state: 'rejected', requestedAt, reason: order.cancelRefusal };
}

export function accountJson(account: Account) {
  return {
    userId: account.userId,
    cashInCents: account.cashInCents,
    reservedInCents: account.reservedInCents,
    buyingPowerInCents: account.buyingPowerInCents,
    tradingState: account.tradingState,
  };
}

export function positionJson(position: Position) {
  const { symbol, numShares, reservedShares } = position;
  const { averageCostInCents, costInCents, realisedProfitInCents } = position;
  const availableShares = numShares - reservedShares;
  const held = { symbol, numShares, reservedShares, availableShares };
  return { ...held, averageCostInCents, costInCents, realisedProfitInCents };
}

export function ledgerEntryJson(entry: LedgerEntry) {
  const { postingNo, seq, atMs, kind, orderId, account, asset, amount } = entry;
  return { id: postingNo, seq, at: isoOf(atMs), kind, orderId, account, asset, amount };
}

export function portfolioValueJson(value: PortfolioValue) {
  const { tradingDate, sessionId, closedAtMs, late, positions, amendedAtMs, asTaken } = value;
  const { cashInCents, positionsInCents, totalInCents, netDepositsInCents } = value;
  return {
    date: tradingDate,
    sessionId,
    closedAt: isoOf(closedAtMs),
    late,
    cashInCents,
    positionsInCents,
    totalInCents,
    netDepositsInCents,
    positions: positions.map(({ pricedAtMs, ...position }) => ({
      ...position,
      pricedAt: isoOrNull(pricedAtMs),
    })),
    amendedAt: isoOrNull(amendedAtMs),
    asTaken,
  };
}

export function timelineEntryJson(entry: TimelineEntry) {
  const { seq, atMs, exchangeAtMs, source, kind, cause, text } = entry;
  return {
    seq,
    at: isoOrNull(atMs),
    exchangeAt: isoOrNull(exchangeAtMs),
    source,
    kind,
    cause,
    text,
  };
}

export function tradeJson({ atMs, exchangeAtMs, changes, ...trade }: OrderTrade) {
  return {
    ...trade,
    at: isoOf(atMs),
    exchangeAt: isoOrNull(exchangeAtMs),
    changes: changes.map(({ atMs: changedAtMs, exchangeAtMs: saidAtMs, ...change }) => ({
      ...change,
      at: isoOf(changedAtMs),
      exchangeAt: isoOrNull(saidAtMs),
    })),
  };
}

export function userJson({ createdAtMs, ...user }: UserSummary) {
  return { ...user, createdAt: isoOf(createdAtMs) };
}

export function symbolJson(entry: CatalogueEntry, terms: SymbolTerms | null, stale: boolean) {
  const price = terms?.price ?? null;
  return {
    name: entry.symbol,
    company: entry.company,
    priceInCents: price === null ? null : price.priceInCents,
    lastUpdated: price === null ? null : isoOf(price.lastTradedAtMs),
    ...sessionJson(terms?.session ?? NO_SESSION_PRICES),
    source: 'SIM',
    stale,
  };
}

export function candleJson({ startMs, vwapInCents, prints, gap, source, ...prices }: Candle) {
  return { start: isoOf(startMs), ...prices, vwapInCents, prints, gap, source };
}

/** `until` is null while it lasts. */
export function gapJson({ fromMs, untilMs }: Outage) {
  return { from: isoOf(fromMs), until: isoOrNull(untilMs) };
}

export function marketJson(link: LinkState, tradingState: TradingState) {
  const { capabilities, session, tradeFeedLive, priceFeedLive } = link;
  return {
    venue: capabilities?.venue ?? null,
    session,
    calendar: capabilities?.calendar ?? null,
    tradingState,
    tradeFeedLive,
    priceFeedLive,
  };
}

/** The data of an `order`, `trade` or `account` event. */
export function eventJson(event: UserEvent) {
  const { seq, kind } = event;
  const at = isoOf(event.atMs);
  switch (event.topic) {
    case 'order':
      return { seq, kind, at, order: orderJson(event.order) };
    case 'trade': {
      const { execId, lastQty, lastPriceInCents, feeInCents, previous } = event;
      const trade = { execId, lastQty, lastPriceInCents, feeInCents };
      const told = { seq, kind, at, order: orderJson(event.order), ...trade };
      return previous === null ? told : { ...told, previous };
    }
    case 'account':
      return { seq, kind, at, account: accountJson(event.account) };
  }
}

/** The data of a `price` event but for `merged`, which each stream has its own of. */
export function priceJson(change: PriceChanged) {
  const { symbol, priceInCents, seq, session } = change;
  const lastUpdated = isoOf(change.lastTradedAtMs);
  const price = { symbol, priceInCents, lastUpdated, seq, ...sessionJson(session) };
  return change.stale ? { ...price, stale: true } : price;
}

/** Since the session opened. */
function sessionJson(session: SessionPrices) {
  const { openInCents, highInCents, lowInCents, volume, previousCloseInCents } = session;
  return { openInCents, highInCents, lowInCents, volume, previousCloseInCents };
}
