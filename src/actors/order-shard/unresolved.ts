// Orders about which the exchange must be asked: submits and cancels without an answer, fills that
// are missing. Rebuilt from the open orders at start; what the reconciler works on, and what closes
// a user's account to new orders after a restart.

import {
  isAnswered,
  type Order,
  type UnresolvedReason,
  unresolvedReasonOf,
} from '../../domain/order.ts';
import { ChurnMap } from '../../runtime/churn-map.ts';
import type { ListUnresolved, OrderQueried, UnresolvedOrder } from './protocol.ts';

export interface ProofBounds {
  readonly indexLagMs: number;
  readonly clockSkewMs: number;
  /** How long a new epoch must know nothing of an order before it counts as lost (E41). */
  readonly settleWindowMs: number;
}

interface Entry {
  readonly order: Order;
  readonly reason: UnresolvedReason;
  readonly sinceMs: number;
}

/** Definite answers that prove absence (E11). */
const ANSWERS_NEEDED = 2;

export class Unresolved {
  readonly #entries = new ChurnMap<string, Entry>();
  readonly #absences = new Map<string, number>();
  /** Open again by a bust, and the exchange has not yet said whether they work there (E26). */
  readonly #busted = new Set<string>();
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
    if (!order.isOpen) this.#busted.delete(order.id);
    const reason = unresolvedReasonOf(order) ?? (this.#busted.has(order.id) ? 'busted' : null);
    if (reason !== 'outcome') {
      this.#absences.delete(order.id);
      this.definiteAnswer(order);
    }
    if (reason === null) this.#entries.delete(order.id);
    else this.#entries.set(order.id, this.#entry(order, reason));
  }

  /** Open again by a bust: the exchange must say where it stands. */
  busted(order: Order): void {
    this.#busted.add(order.id);
    this.orderChanged(order);
  }

  bustSettled(order: Order): void {
    if (this.#busted.delete(order.id)) this.orderChanged(order);
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

  /** Those that have been so for long enough, oldest first. */
  list(nowMs: number, olderThanMs: ListUnresolved['olderThanMs'], max: number): UnresolvedOrder[] {
    const found: UnresolvedOrder[] = [];
    for (const { order, reason, sinceMs } of this.#entries.values()) {
      if (found.length === max) break;
      if (nowMs - sinceMs >= olderThanMs[reason]) found.push(unresolvedOf(order, reason));
    }
    return found;
  }

  /** Since when: a submit since it was sent, anything else since it was first seen so. */
  #entry(order: Order, reason: UnresolvedReason): Entry {
    const known = this.#entries.get(order.id);
    if (known?.reason === reason) return { order, reason, sinceMs: known.sinceMs };
    return {
      order,
      reason,
      sinceMs: reason === 'outcome' ? order.sendAttemptedAtMs : order.updatedAtMs,
    };
  }
}

function unresolvedOf(order: Order, reason: UnresolvedReason): UnresolvedOrder {
  const { id, externalOrderId, sendAttemptedAtMs, notAfterMs, cumQty } = order;
  return { orderId: id, reason, externalOrderId, sendAttemptedAtMs, notAfterMs, cumQty };
}
