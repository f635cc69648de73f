// The orders that the shards call unresolved, each with its own schedule of questions. Known from
// the shards' rows alone, so a restart only begins the schedules again, with a question at once.
import type { UnresolvedReason } from '../../domain/order.ts';
import type { Address } from '../../runtime/actor.ts';
import type { UnresolvedOrder } from '../order-shard/protocol.ts';
import { nextQueryAtMs } from './query-schedule.ts';

export interface TrackedOrder {
  readonly order: UnresolvedOrder;
  readonly shard: Address;
  /** When it was sent, or first listed for another reason. */
  readonly sinceMs: number;
  beganAtMs: number;
  nextAtMs: number;
  isAsked: boolean;
  /** The last question brought no definite answer. */
  hasFailed: boolean;
  isAlarmed: boolean;
  /** Not found, and not proven absent: something is parked that may be its. */
  isHeldUp: boolean;
}

export interface Listing {
  readonly shard: Address;
  readonly orders: readonly UnresolvedOrder[];
  /** No schedule began before that. */
  readonly beganAtMs: number;
  readonly nowMs: number;
}

/** Until the next try after a question that brought nothing. */
const AGAIN_MS = 1_000;

export class UnresolvedOrders {
  readonly #tracked = new Map<string, TrackedOrder>();

  get size(): number {
    return this.#tracked.size;
  }

  get(orderId: string): TrackedOrder | undefined {
    return this.#tracked.get(orderId);
  }

  all(): Iterable<TrackedOrder> {
    return this.#tracked.values();
  }

  byReason(): Readonly<Record<UnresolvedReason, number>> {
    const counts = { outcome: 0, cancel: 0, too_late: 0, missing_fills: 0, busted: 0 };
    for (const { order } of this.#tracked.values()) counts[order.reason]++;
    return counts;
  }

  oldestUnknownAtMs(): number | null {
    let oldest: number | null = null;
    for (const { order } of this.#tracked.values()) {
      if (order.reason !== 'outcome') continue;
      oldest = Math.min(oldest ?? order.sendAttemptedAtMs, order.sendAttemptedAtMs);
    }
    return oldest;
  }

  /** What a shard lists now is all there is of it. */
  replace(listing: Listing): void {
    const { shard, orders } = listing;
    const listed = new Set(orders.map(({ orderId }) => orderId));
    for (const [orderId, tracked] of this.#tracked) {
      if (tracked.shard === shard && !listed.has(orderId)) this.#tracked.delete(orderId);
    }
    for (const order of orders) {
      const known = this.#tracked.get(order.orderId);
      const isSame = known?.order.reason === order.reason;
      this.#tracked.set(order.orderId, { ...(isSame ? known : fresh(order, listing)), order });
    }
  }

  /** The exchange is back: every schedule begins again. */
  beginAgain(nowMs: number): void {
    for (const tracked of this.#tracked.values()) {
      tracked.beganAtMs = nowMs;
      tracked.nextAtMs = nowMs;
    }
  }

  heldUp(orderId: string): void {
    const tracked = this.#tracked.get(orderId);
    if (tracked !== undefined) tracked.isHeldUp = true;
  }

  /** Something that was parked has found its place: what it held up can be proven from now on. */
  parkedGone(nowMs: number): void {
    for (const tracked of this.#tracked.values()) {
      if (!tracked.isHeldUp) continue;
      tracked.isHeldUp = false;
      tracked.beganAtMs = nowMs;
      tracked.nextAtMs = nowMs;
    }
  }

  /**
   * Those whose time has come, the longest overdue first, at most `max`; they count as asked from
   * now on.
   */
  takeDue(nowMs: number, max: number): TrackedOrder[] {
    const due = [...this.#tracked.values()]
      .filter(({ nextAtMs, isAsked }) => !isAsked && nextAtMs <= nowMs)
      .sort((a, b) => a.nextAtMs - b.nextAtMs)
      .slice(0, max);
    for (const tracked of due) tracked.isAsked = true;
    return due;
  }

  /** A definite answer. The first one after failed questions begins the schedule again. */
  answered(orderId: string, askedAtMs: number): void {
    const tracked = this.#tracked.get(orderId);
    if (tracked === undefined) return;
    if (tracked.hasFailed) tracked.beganAtMs = askedAtMs;
    tracked.hasFailed = false;
    tracked.isAsked = false;
    const { beganAtMs, order } = tracked;
    tracked.nextAtMs = nextQueryAtMs({ beganAtMs, notAfterMs: order.notAfterMs }, askedAtMs);
  }

  /** No definite answer: nothing is used up (E10). */
  cannotTell(orderId: string, nowMs: number): void {
    const tracked = this.#tracked.get(orderId);
    if (tracked === undefined) return;
    tracked.hasFailed = true;
    tracked.isAsked = false;
    tracked.nextAtMs = nowMs + AGAIN_MS;
  }
}

/**
 * One sent long before we began is asked about at once; one that we have seen go out follows its
 * schedule. Anything but a submit has its schedule from when it is first listed, and begins now.
 */
function fresh(order: UnresolvedOrder, { shard, beganAtMs, nowMs }: Listing): TrackedOrder {
  const { reason, sendAttemptedAtMs, notAfterMs } = order;
  const sinceMs = reason === 'outcome' ? sendAttemptedAtMs : nowMs;
  const isDue = reason !== 'outcome' || sendAttemptedAtMs < beganAtMs;
  const times = { beganAtMs: Math.max(beganAtMs, sinceMs), notAfterMs };
  return {
    order,
    shard,
    sinceMs,
    beganAtMs: times.beganAtMs,
    nextAtMs: isDue ? beganAtMs : nextQueryAtMs(times, sendAttemptedAtMs),
    isAsked: false,
    hasFailed: false,
    isAlarmed: false,
    isHeldUp: false,
  };
}
