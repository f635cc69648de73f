// Orders on which the exchange has not spoken: submits without an answer, cancels without an end.
// Rebuilt from the open orders at start; what the reconciler works on, and what closes a user's
// account to new orders after a restart.
import { isAnswered, type Order } from '../../domain/order.ts';
import type { OrderQueried, UnresolvedOrder } from './protocol.ts';

export interface ProofBounds {
  readonly indexLagMs: number;
  readonly clockSkewMs: number;
}

/** Definite answers that prove absence (E11). */
const ANSWERS_NEEDED = 2;

export class Unresolved {
  readonly #orders = new Map<string, Order>();
  readonly #absences = new Map<string, number>();
  /** Per user, the orders found at start that have had no definite answer yet. */
  readonly #reconciling = new Map<string, Set<string>>();
  readonly #bounds: ProofBounds;

  constructor(bounds: ProofBounds) {
    this.#bounds = bounds;
  }

  /** An order found open at start: until the exchange has spoken, its user's new orders wait. */
  foundAtStart(order: Order): void {
    this.orderChanged(order);
    if (isAnswered(order)) return;
    const orders = this.#reconciling.get(order.userId);
    if (orders === undefined) this.#reconciling.set(order.userId, new Set([order.id]));
    else orders.add(order.id);
  }

  orderChanged(order: Order): void {
    if (order.isOpen && (!isAnswered(order) || order.status === 'pending_cancel')) {
      this.#orders.set(order.id, order);
      return;
    }
    this.#orders.delete(order.id);
    this.#absences.delete(order.id);
    this.definiteAnswer(order);
  }

  definiteAnswer(order: Order): void {
    const orders = this.#reconciling.get(order.userId);
    if (orders === undefined) return;
    orders.delete(order.id);
    if (orders.size === 0) this.#reconciling.delete(order.userId);
  }

  isReconciling(userId: string): boolean {
    return this.#reconciling.has(userId);
  }

  get usersReconciling(): number {
    return this.#reconciling.size;
  }

  /**
   * Counts one "not found" and says whether absence is proven: two of them, both late enough,
   * nothing parked (E11).
   */
  provesAbsence(order: Order, query: OrderQueried): boolean {
    const { indexLagMs, clockSkewMs } = this.#bounds;
    const lateEnough = query.askedAtMs > order.notAfterMs + indexLagMs + clockSkewMs;
    if (!lateEnough || !query.nothingParked) return false;
    const answers = (this.#absences.get(order.id) ?? 0) + 1;
    this.#absences.set(order.id, answers);
    return answers >= ANSWERS_NEEDED;
  }

  /** Oldest first. */
  list(sentBeforeMs: number, max: number): UnresolvedOrder[] {
    const found: UnresolvedOrder[] = [];
    for (const order of this.#orders.values()) {
      if (found.length === max) break;
      if (order.sendAttemptedAtMs <= sentBeforeMs) found.push(unresolvedOf(order));
    }
    return found;
  }
}

function unresolvedOf(order: Order): UnresolvedOrder {
  const { id, externalOrderId, sendAttemptedAtMs, notAfterMs, cumQty } = order;
  const status = order.status === 'pending_cancel' ? 'pending_cancel' : 'pending';
  return { orderId: id, status, externalOrderId, sendAttemptedAtMs, notAfterMs, cumQty };
}
