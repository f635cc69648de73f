// An order is what its facts say. Nothing else decides a status, so the order in which facts arrive
// cannot matter.
import {
  copyOf,
  type Order,
  type OrderFacts,
  type OrderInTheMaking,
  type OrderIntent,
  type OrderState,
  type OrderStatus,
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

/** The order once more facts are known: what they are not about stays as it was. */
export function withFacts(order: Order, facts: Partial<OrderFacts>): OrderInTheMaking {
  const after = copyOf(order);
  for (const name in facts) setFact(after, facts, name as keyof OrderFacts);
  const { status, isOpen, leavesQty, failCode } = deriveOrder(after, after);
  after.status = status;
  after.isOpen = isOpen;
  after.leavesQty = leavesQty;
  after.failCode = failCode;
  return after;
}

function setFact<Fact extends keyof OrderFacts>(
  after: OrderInTheMaking,
  facts: Partial<OrderFacts>,
  fact: Fact,
): void {
  const value = facts[fact];
  if (value !== undefined) after[fact] = value as OrderInTheMaking[Fact];
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
