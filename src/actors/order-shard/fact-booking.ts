// What the exchange said about an order, booked once, whatever the order's status and however often
// it comes.
import { endOf } from '../../domain/execution-facts.ts';
import { isDoneAtVenue, venueCumQtyAtEnd } from '../../domain/order.ts';
import type { OrderEventKind } from '../../domain/user-event.ts';
import type { Execution } from '../../exchange/port.ts';
import type { StoredOrder } from '../../store/order-store.ts';
import type { Desk } from './desk.ts';
import type { ShardContext } from './messages.ts';
import type { ExecutionReported, OrderAcknowledged } from './protocol.ts';
import { TradeBooking } from './trade-booking.ts';

/** Which order of the venue it is. */
type VenueIds = Pick<Execution, 'epoch' | 'externalOrderId'>;

const EVENT_OF: Readonly<Record<'cancelled' | 'expired' | 'rejected', OrderEventKind>> = {
  cancelled: 'order_cancelled',
  expired: 'order_expired',
  rejected: 'order_failed',
};

export class FactBooking {
  readonly #desk: Desk;
  readonly #trades: TradeBooking;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#trades = new TradeBooking(desk);
  }

  /** Commit C: the acknowledgement, then the executions that outran it, in feed order (E05). */
  acknowledged(fact: OrderAcknowledged, ctx: ShardContext): StoredOrder | null {
    const found = this.#desk.store.orders.get(fact.orderId);
    if (found === null) return this.#unknown(fact, ctx);
    let stored = this.#acknowledge(found, fact, ctx);
    for (const execution of fact.executions) stored = this.execute(stored, execution, ctx);
    reply(fact, found, stored, ctx);
    return stored;
  }

  /** Commit D. */
  executed(fact: ExecutionReported, ctx: ShardContext): StoredOrder | null {
    const found = this.#desk.store.orders.get(fact.orderId);
    if (found === null) return this.#unknown(fact, ctx);
    const stored = this.execute(found, fact.execution, ctx);
    reply(fact, found, stored, ctx);
    return stored;
  }

  #acknowledge(stored: StoredOrder, ids: VenueIds, ctx: ShardContext): StoredOrder {
    const { order } = stored;
    const { epoch, externalOrderId } = ids;
    if (order.externalOrderId === externalOrderId) return stored;
    if (order.externalOrderId !== null) {
      const detail = { known: order.externalOrderId, told: externalOrderId };
      this.#desk.incident('external_id_conflict', stored, detail, ctx);
      return stored;
    }
    const late = order.ourVerdict !== null; // the truth overrules our own verdict (E12)
    const kind = late ? 'order_resurrected' : 'order_submitted';
    const facts = { externalOrderId, venueEpoch: epoch };
    const after = this.#desk.apply(stored, facts, kind, ctx);
    if (late) this.#desk.incident('order_resurrected', after, { verdict: order.ourVerdict }, ctx);
    return after;
  }

  /** One execution, whatever its kind; booked already, it changes nothing. */
  execute(stored: StoredOrder, execution: Execution, ctx: ShardContext): StoredOrder {
    const known = this.#acknowledge(stored, execution, ctx);
    switch (execution.execKind) {
      case 'accepted':
        return known;
      case 'trade':
        return this.#trades.trade(known, execution, ctx);
      case 'bust':
      case 'correct':
        return this.#trades.amend(known, execution, ctx);
      case 'cancelled':
      case 'expired':
      case 'rejected':
        return this.#end(known, execution, EVENT_OF[execution.execKind], ctx);
    }
  }

  /** The exchange's last word, with its own sum: what we have not seen yet stays reserved (E20). */
  #end(
    stored: StoredOrder,
    execution: Execution,
    kind: OrderEventKind,
    ctx: ShardContext,
  ): StoredOrder {
    const { order } = stored;
    const origin = { cause: execution.reason, exchangeAtMs: execution.exchangeAtMs };
    const facts = endOf(order, execution);
    if (!isDoneAtVenue(order)) return this.#desk.apply(stored, facts, kind, ctx, origin);
    // An answer was faster. The feed's word counts for more, but only news is worth an event.
    const counted = venueCumQtyAtEnd({ ...order, ...facts });
    if (counted === venueCumQtyAtEnd(order)) return stored;
    return this.#desk.apply(stored, facts, 'order_reconciled', ctx, origin);
  }

  #unknown(fact: OrderAcknowledged | ExecutionReported, ctx: ShardContext): null {
    ctx.count('facts_without_order');
    ctx.reply(fact.replyTo, { outcome: 'no_such_order' });
    return null;
  }
}

function reply(
  fact: OrderAcknowledged | ExecutionReported,
  before: StoredOrder,
  after: StoredOrder,
  ctx: ShardContext,
): void {
  const booked = after.order.version > before.order.version;
  ctx.reply(fact.replyTo, { outcome: booked ? 'booked' : 'already_booked' });
}
