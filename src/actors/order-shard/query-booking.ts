// What a definite answer of the exchange to a question about an order proves. Absence is concluded
// only when it is proven (E11, E41); a last word found there counts as heard (E13, E23, E26).
import { answeredEndOf } from '../../domain/execution-facts.ts';
import {
  isAnswered,
  isDoneAtVenue,
  type Order,
  unresolvedReasonOf,
  venueCumQtyAtEnd,
} from '../../domain/order.ts';
import type { OrderEventKind } from '../../domain/user-event.ts';
import type { VenueOrder } from '../../exchange/port.ts';
import type { StoredOrder } from '../../store/order-store.ts';
import type { Desk } from './desk.ts';
import type { ShardContext } from './messages.ts';
import type { OrderQueried } from './protocol.ts';

export class QueryBooking {
  readonly #desk: Desk;
  readonly #settleWindowMs: number;
  /** When a new epoch was first asked about an order of an old one. */
  readonly #missingSince = new Map<string, number>();
  /** Kind and order of what comes with every answer, and is one incident. */
  readonly #reported = new Set<string>();

  constructor(desk: Desk, settleWindowMs: number) {
    this.#desk = desk;
    this.#settleWindowMs = settleWindowMs;
  }

  queried(fact: OrderQueried, ctx: ShardContext): StoredOrder | null {
    const found = this.#desk.store.orders.get(fact.orderId);
    if (found === null) {
      ctx.count('facts_without_order');
      ctx.reply(fact.replyTo, { outcome: 'no_such_order', fillsMissing: false });
      return null;
    }
    this.#desk.unresolved.definiteAnswer(found.order);
    const stored =
      fact.venue === null
        ? this.#absent(found, fact, ctx)
        : this.#present(found, fact.venue, fact, ctx);
    const booked = stored.order.version > found.order.version;
    ctx.reply(fact.replyTo, {
      outcome: booked ? 'booked' : 'already_booked',
      fillsMissing: areFillsMissing(stored.order, fact.venue),
    });
    return stored;
  }

  #present(
    stored: StoredOrder,
    venue: VenueOrder,
    { askedAtMs }: OrderQueried,
    ctx: ShardContext,
  ): StoredOrder {
    const { order } = stored;
    this.#missingSince.delete(order.id);
    if (venue.status === 'rejected' && venue.cumQty === 0 && !isAnswered(order)) {
      // The answer to the submit was lost, or the submit came too late: there is no order.
      const venueRejected = venue.reason ?? 'refused';
      return this.#desk.apply(stored, { venueRejected }, 'order_failed', ctx, because('query'));
    }
    // Not acknowledged here: the acceptance comes first, and by its own road.
    if (order.externalOrderId === null) return stored;
    if (isDoneAtVenue(order)) return this.#counted(stored, venue, ctx);
    // Asked before the bust, it cannot know of it.
    if (askedAtMs > order.updatedAtMs) this.#desk.unresolved.bustSettled(order);
    if (venue.status === 'open') return this.#open(stored, askedAtMs, ctx);
    return this.#ended(stored, venue, venue.status, ctx);
  }

  /** Of an end that only an answer has told the newest answer holds: a bust may have come since. */
  #counted(stored: StoredOrder, venue: VenueOrder, ctx: ShardContext): StoredOrder {
    const { order } = stored;
    if (order.finalSeq > 0 || venue.status === 'open') return stored;
    const facts = { finalCumQty: venue.cumQty };
    return this.#desk.apply(stored, facts, 'order_reconciled', ctx, because('query'));
  }

  /** A cancel that was refused as too late, and yet the order works: no fill will explain it. */
  #open(stored: StoredOrder, askedAtMs: number, ctx: ShardContext): StoredOrder {
    const { order } = stored;
    if (unresolvedReasonOf(order) !== 'too_late' || askedAtMs <= order.updatedAtMs) return stored;
    const facts = { cancelRefusal: 'still_open' };
    return this.#desk.apply(stored, facts, 'order_cancel_rejected', ctx, because('query'));
  }

  #ended(
    stored: StoredOrder,
    venue: VenueOrder,
    status: Exclude<VenueOrder['status'], 'open'>,
    ctx: ShardContext,
  ): StoredOrder {
    const { order } = stored;
    const origin = because(venue.reason ?? 'query');
    if (status === 'filled') {
      const isWhole = venue.cumQty >= order.numShares;
      if (isWhole) return stored; // its fills are fetched, and fill it
      const facts = { closedAtVenue: 'busted', finalCumQty: venue.cumQty };
      return this.#desk.apply(stored, facts, 'order_cancelled', ctx, origin);
    }
    const kinds = { cancelled: 'order_cancelled', expired: 'order_expired' } as const;
    const kind: OrderEventKind = status === 'rejected' ? 'order_failed' : kinds[status];
    return this.#desk.apply(stored, answeredEndOf(order, status, venue), kind, ctx, origin);
  }

  #absent(stored: StoredOrder, fact: OrderQueried, ctx: ShardContext): StoredOrder {
    const { order } = stored;
    if (!isAnswered(order)) return this.#neverArrived(stored, fact, ctx);
    if (unresolvedReasonOf(order) === 'missing_fills') this.#reportLostFills(stored, fact, ctx);
    if (!order.isOpen || order.externalOrderId === null) return stored;
    if (order.venueEpoch === null || order.venueEpoch === fact.epoch) {
      // It took the order and now denies it: cannot tell, and an operator's case.
      this.#reportOnce('forgotten_by_venue', stored, {}, ctx);
      return stored;
    }
    return this.#bookLost(stored, fact, ctx);
  }

  #neverArrived(stored: StoredOrder, fact: OrderQueried, ctx: ShardContext): StoredOrder {
    const { order } = stored;
    if (!this.#desk.unresolved.provesAbsence(order, fact)) return stored;
    const kind = order.cancelsRequested > 0 ? 'order_cancelled' : 'order_failed';
    const facts = { ourVerdict: 'not_found_at_exchange' } as const;
    return this.#desk.apply(stored, facts, kind, ctx, because('query'));
  }

  /** Counted by an exchange that has lost its book since: nobody can list them any more (E35). */
  #reportLostFills(stored: StoredOrder, { epoch }: OrderQueried, ctx: ShardContext): void {
    const { order } = stored;
    if (order.venueEpoch === null || order.venueEpoch === epoch) return;
    const detail = { venueCumQty: venueCumQtyAtEnd(order), listedQty: order.cumQty, epoch };
    this.#reportOnce('fills_not_listed', stored, detail, ctx);
  }

  #reportOnce(
    kind: 'forgotten_by_venue' | 'fills_not_listed',
    stored: StoredOrder,
    detail: Record<string, unknown>,
    ctx: ShardContext,
  ): void {
    const report = `${kind} ${stored.order.id}`;
    if (this.#reported.has(report)) return;
    this.#reported.add(report);
    this.#desk.incident(kind, stored, detail, ctx);
  }

  /** The exchange came back without its book (E41): lost once it has been quiet about the order. */
  #bookLost(stored: StoredOrder, fact: OrderQueried, ctx: ShardContext): StoredOrder {
    const { id, updatedAtMs } = stored.order;
    const since = this.#missingSince.get(id) ?? fact.askedAtMs;
    this.#missingSince.set(id, since);
    const quietSinceMs = Math.max(since, Math.min(updatedAtMs, fact.askedAtMs));
    // What is parked is not its: the executions of an acknowledged order find their owner.
    if (fact.askedAtMs - quietSinceMs < this.#settleWindowMs) return stored;
    this.#missingSince.delete(id);
    const cancelled = 'venue_book_lost';
    const origin = because(cancelled);
    const after = this.#desk.apply(stored, { cancelled }, 'order_cancelled', ctx, origin);
    this.#desk.incident(cancelled, after, { epoch: fact.epoch }, ctx);
    return after;
  }
}

function because(cause: string) {
  return { cause, exchangeAtMs: null };
}

function areFillsMissing(order: Order, venue: VenueOrder | null): boolean {
  if (order.externalOrderId === null) return false;
  return unresolvedReasonOf(order) === 'missing_fills' || (venue?.cumQty ?? 0) > order.cumQty;
}
