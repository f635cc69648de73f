// What became of one order, fact by fact, in words that a customer understands. Whose word each is,
// is said beside it: what the exchange said, what we concluded, what an operator did.
import { dollars, phrase, shares } from './customer-words.ts';
import { type Order, venueCumQtyAtEnd } from './order.ts';
import type { EarlyAmendmentFact, IncidentFact, OrderEventFact, OrderFact } from './order-fact.ts';

export type TimelineSource = 'customer' | 'broker' | 'exchange' | 'operator';

export interface TimelineEntry {
  /** Of the event; null for what is no event of the account. */
  readonly seq: number | null;
  /** When we learnt of it; null when only the exchange's time is known. */
  readonly atMs: number | null;
  readonly exchangeAtMs: number | null;
  readonly source: TimelineSource;
  readonly kind: string;
  readonly cause: string | null;
  readonly text: string;
}

/**
 * Events in their order; incidents where they fell in time; what waits for its trade at the end.
 */
export function timelineOf(facts: readonly OrderFact[]): TimelineEntry[] {
  const entries: TimelineEntry[] = [];
  const incidents = facts.filter((fact) => fact.topic === 'incident').filter(saysMoreThanItsEvent);
  for (const fact of facts) {
    if (fact.topic !== 'event') continue;
    while ((incidents[0]?.atMs ?? Number.POSITIVE_INFINITY) < fact.atMs) {
      entries.push(...incidents.splice(0, 1).map(incidentEntry));
    }
    entries.push(eventEntry(fact));
  }
  const early = facts.filter((fact) => fact.topic === 'early_amendment');
  return [...entries, ...incidents.map(incidentEntry), ...early.map(earlyEntry)];
}

/** These have an event of their own, in the same commit. */
const TOLD_BY_EVENTS = new Set([
  'trade_busted',
  'trade_corrected',
  'order_resurrected',
  'venue_book_lost',
]);

function saysMoreThanItsEvent({ kind }: IncidentFact): boolean {
  return !TOLD_BY_EVENTS.has(kind);
}

function eventEntry(fact: OrderEventFact): TimelineEntry {
  const { seq, atMs, exchangeAtMs, kind, cause } = fact;
  return { seq, atMs, exchangeAtMs, source: sourceOf(fact), kind, cause, text: textOf(fact) };
}

const OPERATOR_CAUSES = new Set(['kill_switch', 'operator', 'symbol_halt', 'user_halt']);

function sourceOf({ kind, cause, order }: OrderEventFact): TimelineSource {
  if (cause !== null && OPERATOR_CAUSES.has(cause)) return 'operator';
  switch (kind) {
    case 'order_created':
      return 'customer';
    case 'order_cancel_requested':
      return cause === null || cause === 'customer' ? 'customer' : 'broker';
    case 'order_cancel_unanswered':
      return 'broker';
    case 'order_failed':
      return order.venueRejected === null ? 'broker' : 'exchange';
    case 'order_cancelled':
      return cause === 'venue_book_lost' || hasOurVerdict(order) ? 'broker' : 'exchange';
    case 'order_submitted':
    case 'order_resurrected':
    case 'order_reconciled':
    case 'order_cancel_rejected':
    case 'order_expired':
    case 'order_traded':
    case 'trade_after_cancel':
    case 'trade_busted':
    case 'trade_corrected':
      return 'exchange';
  }
}

/** Cancelled without a word of the exchange: it never had the order. */
function hasOurVerdict({ cancelled, venueRejected, closedAtVenue }: Order): boolean {
  return cancelled === null && venueRejected === null && closedAtVenue === null;
}

function textOf(fact: OrderEventFact): string {
  const { kind, order, cause } = fact;
  switch (kind) {
    case 'order_created':
      return `You ${requestText(order)}; we sent it to the exchange.`;
    case 'order_submitted':
      return `The exchange accepted your order as ${order.externalOrderId}.`;
    case 'order_resurrected':
      return `The exchange does have your order after all, as ${order.externalOrderId}.`;
    case 'order_reconciled':
      return `The exchange counts ${shares(venueCumQtyAtEnd(order) ?? 0)} traded in all.`;
    case 'order_failed':
      return failedText(order, cause);
    case 'order_cancel_requested':
      return cancelText(cause);
    case 'order_cancel_unanswered':
      return `The cancel has no answer yet${becauseOf(order.cancelError)}; we keep asking.`;
    case 'order_cancel_rejected':
      return `The exchange refused the cancel${becauseOf(order.cancelRefusal)}.`;
    case 'order_cancelled':
      return cancelledText(order, cause);
    case 'order_expired':
      return `The order expired${becauseOf(order.expired)}; ${restText(order)}.`;
    case 'order_traded':
    case 'trade_after_cancel':
    case 'trade_busted':
    case 'trade_corrected':
      return tradeText(fact);
  }
}

function requestText({ side, numShares, symbol, orderType, priceInCents, timeInForce }: Order) {
  const what = `asked to ${side} ${shares(numShares)} of ${symbol}`;
  if (orderType === 'market' || priceInCents === null) return `${what} at the market price`;
  const bound = side === 'buy' ? 'for at most' : 'for at least';
  return `${what} ${bound} ${dollars(priceInCents)} each (${timeInForce})`;
}

function failedText({ venueRejected, ourVerdict }: Order, cause: string | null): string {
  if (venueRejected !== null) return `The exchange refused the order${becauseOf(venueRejected)}.`;
  if (cause === 'kill_switch')
    return 'Trading was stopped before your order was sent; it was ended.';
  return ourVerdict === 'not_sent'
    ? 'Your order could not be sent to the exchange; it was ended.'
    : 'The exchange proved not to have your order; it was ended.';
}

function cancelText(cause: string | null): string {
  if (cause === null || cause === 'customer') return 'You asked to cancel the order.';
  if (cause === 'late_ack_policy') {
    return 'You had been told that the order had failed, so we asked the exchange to cancel it.';
  }
  return `We asked the exchange to cancel the order${becauseOf(cause)}.`;
}

function cancelledText(order: Order, cause: string | null): string {
  const rest = restText(order);
  if (order.closedAtVenue !== null) {
    return `The order is closed at the exchange${becauseOf(order.closedAtVenue)}; ${rest}.`;
  }
  if (cause === 'venue_book_lost') {
    return `The exchange restarted and no longer has the order, so it is cancelled; ${rest}.`;
  }
  if (order.cancelled === null && order.venueRejected === null) {
    return `The order never reached the exchange's book; it is cancelled, and ${rest}.`;
  }
  const reason = order.cancelled ?? order.venueRejected;
  if (reason === 'by_user') return `The exchange confirmed the cancel; ${rest}.`;
  return `The exchange cancelled the order${becauseOf(reason)}; ${rest}.`;
}

function restText({ side, numShares, cumQty }: Order): string {
  const rest = Math.max(numShares - cumQty, 0);
  return `${rest} of ${shares(numShares)} ${were(rest)} not ${done(side)}`;
}

function tradeText({ kind, order, trade }: OrderEventFact): string {
  if (trade === null) return 'The exchange reported a trade.';
  const { lastQty, lastPriceInCents, feeInCents, previous } = trade;
  const { side, numShares } = order;
  const terms = `${shares(lastQty)} at ${dollars(lastPriceInCents)}`;
  if (kind === 'trade_busted') {
    return `The exchange took back a trade of ${terms}; cash, shares and fee were put back.`;
  }
  if (kind === 'trade_corrected') {
    const before =
      previous && `${shares(previous.lastQty)} at ${dollars(previous.lastPriceInCents)}`;
    const instead = before === null ? '' : ` instead of ${before}`;
    return `The exchange corrected a trade: ${terms}${instead}.`;
  }
  const fee = feeInCents === 0 ? '' : `; fee ${dollars(feeInCents)}`;
  const late = kind === 'trade_after_cancel' ? ', although the order was closed already' : '';
  const verb = `${were(lastQty)} ${done(side)}`;
  return `${lastQty} of ${shares(numShares)} ${verb} at ${dollars(lastPriceInCents)}${late}${fee}.`;
}

function done(side: Order['side']): string {
  return side === 'buy' ? 'bought' : 'sold';
}

function were(count: number): string {
  return count === 1 ? 'was' : 'were';
}

/** ` (market closed)`; empty for what says nothing to a customer. */
function becauseOf(reason: string | null): string {
  return reason === null || reason === 'by_user' ? '' : ` (${phrase(reason)})`;
}

const INCIDENT_TEXTS: Readonly<Record<string, string>> = {
  trade_conflict: 'The exchange repeated a trade with other terms; the first ones hold meanwhile.',
  overfill: 'The exchange traded more than was ordered; all of it is booked.',
  fill_outside_limit: 'A trade was made at a price beyond the limit; it is booked as it was made.',
  trade_after_close: 'A trade came after the order was closed; it is booked.',
  short_by_bust: 'After a trade was taken back, more shares were sold than are held.',
  overdrawn: 'The trades cost more than was reserved for them.',
};

function incidentEntry({ kind, atMs }: IncidentFact): TimelineEntry {
  const what = INCIDENT_TEXTS[kind] ?? 'Something about this order is not as it should be.';
  const text = `${what} We are looking into it.`;
  return {
    seq: null,
    atMs,
    exchangeAtMs: null,
    source: 'broker',
    kind: 'incident',
    cause: kind,
    text,
  };
}

function earlyEntry({ kind, exchangeAtMs }: EarlyAmendmentFact): TimelineEntry {
  const text =
    kind === 'bust'
      ? 'The exchange took back a trade of which it has not told us yet.'
      : 'The exchange corrected a trade of which it has not told us yet.';
  const name = kind === 'bust' ? 'bust_before_trade' : 'correction_before_trade';
  return { seq: null, atMs: null, exchangeAtMs, source: 'exchange', kind: name, cause: null, text };
}
