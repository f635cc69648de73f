// An order is what its facts say. Nothing else decides a status, so the order in which facts arrive
// cannot matter.
import {
  type Order,
  type OrderFacts,
  type OrderInTheMaking,
  type OrderIntent,
  type OrderState,
  type OrderStatus,
  orderOf,
} from './order.ts';
import type { FailCode } from './reject-codes.ts';

export function deriveOrder(intent: Pick<OrderIntent, 'numShares'>, facts: OrderFacts): OrderState {
  const status = statusOf(intent.numShares, facts);
  const isOpen = OPEN.has(status);
  return {
    status,
    isOpen,
    leavesQty: isOpen ? Math.max(intent.numShares - facts.cumQty, 0) : 0,
    failCode: status === 'failed' ? failCodeOf(facts) : null,
  };
}

/** A copy with more facts: what they are not about stays as it was. */
export function withFacts(order: Order, facts: Partial<OrderFacts>): OrderInTheMaking {
  // Onto a literal, so that all orders keep one shape.
  const after: OrderInTheMaking = Object.assign(orderOf(order, order, order, order), facts);
  const { status, leavesQty, isOpen, failCode } = deriveOrder(after, after);
  after.status = status;
  after.leavesQty = leavesQty;
  after.isOpen = isOpen;
  after.failCode = failCode;
  return after;
}

const OPEN: ReadonlySet<OrderStatus> = new Set([
  'pending',
  'submitted',
  'partially_filled',
  'pending_cancel',
]);

export function isOpenStatus(status: OrderStatus): boolean {
  return OPEN.has(status);
}

/**
 * Precedence from strongest to weakest; the first line that holds decides. Status and openness are
 * columns too, written when they change: another rule needs a migration of both.
 */
function statusOf(numShares: number, facts: OrderFacts): OrderStatus {
  const { cumQty } = facts;
  if (cumQty >= numShares) return 'filled'; // an overfill too (E21)
  if (facts.cancelled !== null) return 'cancelled'; // late fills count, but reopen nothing (E08)
  if (facts.expired !== null) return 'expired';
  if (facts.closedAtVenue !== null) return 'cancelled'; // busted after it was done there (E26)
  if (facts.venueRejected !== null) {
    return cumQty > 0 || (facts.finalCumQty ?? 0) > 0 ? 'cancelled' : 'failed'; // E24
  }
  if (facts.externalOrderId === null && facts.ourVerdict !== null && cumQty === 0) {
    // E14, E15; E11; the truth overrules both (E12)
    return facts.cancelsRequested > 0 ? 'cancelled' : 'failed';
  }
  // A part fill does not end a cancel (E07).
  if (facts.cancelsRequested > facts.cancelsRefused) return 'pending_cancel';
  if (cumQty > 0) return 'partially_filled';
  return facts.externalOrderId === null ? 'pending' : 'submitted';
}

function failCodeOf(facts: OrderFacts): FailCode {
  if (facts.venueRejected !== null) return 'rejected_by_exchange';
  return facts.ourVerdict ?? 'rejected_by_exchange';
}
