// What the exchange said about an order, booked once, whatever the order's status and however often
// it comes.
import { isAnswered, isDoneAtVenue, type OrderFacts } from '../../domain/order.ts';
import type { OrderEventKind } from '../../domain/user-event.ts';
import type { Execution } from '../../exchange/port.ts';
import type { StoredOrder } from '../../store/order-store.ts';
import type { Desk } from './desk.ts';
import type { ShardContext } from './messages.ts';
import type { ExecutionReported, FactReply, OrderAcknowledged, OrderQueried } from './protocol.ts';

/** A booked fact's order, and what its sender is told. */
interface Booked {
  readonly stored: StoredOrder;
  readonly reply: FactReply;
}

export class FactBooking {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Commit C: the acknowledgement, then the executions that outran it, in feed order (E05). */
  acknowledged(fact: OrderAcknowledged, ctx: ShardContext): StoredOrder | null {
    const found = this.#desk.store.orders.get(fact.orderId);
    if (found === null) return this.#unknown(fact, ctx);
    let stored = this.#acknowledge(found, fact.externalOrderId, ctx);
    let booked = stored.order.version > found.order.version;
    for (const execution of fact.executions) {
      const result = this.#execute(stored, execution, ctx);
      stored = result.stored;
      booked ||= result.reply.outcome === 'booked';
    }
    ctx.reply(fact.replyTo, { outcome: booked ? 'booked' : 'already_booked' });
    return stored;
  }

  /** Commit D. */
  executed(fact: ExecutionReported, ctx: ShardContext): StoredOrder | null {
    const found = this.#desk.store.orders.get(fact.orderId);
    if (found === null) return this.#unknown(fact, ctx);
    const { stored, reply } = this.#execute(found, fact.execution, ctx);
    ctx.reply(fact.replyTo, reply);
    return stored;
  }

  /** Absence is concluded from definite answers only, and late enough to be true (E11). */
  queried(fact: OrderQueried, ctx: ShardContext): StoredOrder | null {
    const stored = this.#desk.store.orders.get(fact.orderId);
    if (stored === null) return this.#unknown(fact, ctx);
    ctx.reply(fact.replyTo, { outcome: 'booked' });
    this.#desk.unresolved.definiteAnswer(stored.order);
    const { order } = stored;
    if (fact.answer === 'found' || isAnswered(order)) return stored;
    if (fact.answer === 'refused') {
      const venueRejected = fact.reason ?? 'refused';
      return this.#desk.apply(stored, { venueRejected }, 'order_failed', ctx);
    }
    if (!this.#desk.unresolved.provesAbsence(order, fact)) return stored;
    const kind = order.cancelsRequested > 0 ? 'order_cancelled' : 'order_failed';
    return this.#desk.apply(stored, { ourVerdict: 'not_found_at_exchange' }, kind, ctx);
  }

  #acknowledge(stored: StoredOrder, externalOrderId: string, ctx: ShardContext): StoredOrder {
    const { order } = stored;
    if (order.externalOrderId === externalOrderId) return stored;
    if (order.externalOrderId !== null) {
      const detail = { known: order.externalOrderId, told: externalOrderId };
      this.#desk.incident('external_id_conflict', stored, detail, ctx);
      return stored;
    }
    const late = order.ourVerdict !== null; // the truth overrules our own verdict (E12)
    const kind = late ? 'order_resurrected' : 'order_submitted';
    const after = this.#desk.apply(stored, { externalOrderId }, kind, ctx);
    if (late) this.#desk.incident('order_resurrected', after, { verdict: order.ourVerdict }, ctx);
    return after;
  }

  #execute(stored: StoredOrder, execution: Execution, ctx: ShardContext): Booked {
    const known = this.#acknowledge(stored, execution.externalOrderId, ctx);
    switch (execution.execKind) {
      case 'accepted':
        return told(stored, known);
      case 'trade':
        return this.#trade(known, execution, ctx);
      case 'cancelled':
        return this.#final(known, execution, { cancelled: reasonOf(execution) }, ctx);
      case 'expired':
        return this.#final(known, execution, { expired: reasonOf(execution) }, ctx);
      case 'rejected':
        return this.#final(known, execution, { venueRejected: reasonOf(execution) }, ctx);
      case 'bust':
      case 'correct': {
        // Not undone by this version: kept for an operator, never dropped in silence.
        this.#desk.incident(`trade_${execution.execKind}`, known, { ...execution }, ctx);
        return { stored: known, reply: { outcome: 'booked' } };
      }
    }
  }

  #trade(stored: StoredOrder, execution: Execution, ctx: ShardContext): Booked {
    const { epoch, execId, lastQty, lastPriceInCents, exchangeAtMs } = execution;
    const fills = this.#desk.store.fills;
    const earlier = fills.find(epoch, execId);
    if (earlier !== null) {
      const same = earlier.lastQty === lastQty && earlier.lastPriceInCents === lastPriceInCents;
      if (!same) this.#desk.incident('trade_conflict', stored, { ...execution }, ctx);
      ctx.count('trades_repeated');
      return { stored, reply: { outcome: 'already_booked' } };
    }
    if (lastQty === null || lastPriceInCents === null || lastQty <= 0 || lastPriceInCents <= 0) {
      this.#desk.incident('trade_without_quantity', stored, { ...execution }, ctx);
      return { stored, reply: { outcome: 'booked' } };
    }
    const trade = { epoch, execId, lastQty, lastPriceInCents, exchangeAtMs };
    const after = this.#desk.fill(stored, trade, ctx);
    this.#checkFill(stored, after, execution, ctx);
    return { stored: after, reply: { outcome: 'booked' } };
  }

  /** What the exchange says never trips an assertion: it is booked, and an incident. */
  #checkFill(before: StoredOrder, after: StoredOrder, execution: Execution, ctx: ShardContext) {
    const { order } = after;
    const price = execution.lastPriceInCents ?? 0;
    const outside =
      order.side === 'buy' ? price > order.limitPriceInCents : price < order.limitPriceInCents;
    if (outside) this.#desk.incident('fill_outside_limit', after, { ...execution }, ctx);
    if (order.cumQty > order.numShares) this.#desk.incident('overfill', after, {}, ctx); // E21
    if (!before.order.isOpen) this.#desk.incident('trade_after_close', after, {}, ctx); // E08
  }

  /** The exchange's last word, with its own sum: what we have not seen yet stays reserved (E20). */
  #final(
    stored: StoredOrder,
    execution: Execution,
    word: Partial<OrderFacts>,
    ctx: ShardContext,
  ): Booked {
    if (isDoneAtVenue(stored.order)) return told(stored, stored);
    const facts = { ...word, finalCumQty: execution.cumQty };
    const kinds = { cancelled: 'order_cancelled', expired: 'order_expired' } as const;
    const kind: OrderEventKind =
      execution.execKind === 'cancelled' || execution.execKind === 'expired'
        ? kinds[execution.execKind]
        : 'order_failed';
    return told(stored, this.#desk.apply(stored, facts, kind, ctx));
  }

  #unknown(fact: OrderAcknowledged | ExecutionReported | OrderQueried, ctx: ShardContext): null {
    ctx.count('facts_without_order');
    ctx.reply(fact.replyTo, { outcome: 'no_such_order' });
    return null;
  }
}

function told(before: StoredOrder, after: StoredOrder): Booked {
  const booked = after.order.version > before.order.version;
  return { stored: after, reply: { outcome: booked ? 'booked' : 'already_booked' } };
}

function reasonOf(execution: Execution): string {
  return execution.reason ?? execution.execKind;
}
