// Orders that are asked about for once, because something about them looks wrong: missing from the
// exchange's list, counted differently there, crossed by the price without a fill. Forgotten once
// the exchange has spoken; what is lost with a restart the next match finds again.
import { LIMITS } from '../../limits.ts';

export interface Target {
  readonly orderId: string;
  readonly externalOrderId: string | null;
  readonly venueEpoch: string | null;
}

interface Entry {
  readonly target: Target;
  nextAtMs: number;
  isAsked: boolean;
  /** Since when an epoch that is not the order's says so; null: it has not. */
  absentSinceMs: number | null;
}

const AGAIN_MS = 1_000;

export class TargetedOrders {
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  get(orderId: string): Target | null {
    return this.#entries.get(orderId)?.target ?? null;
  }

  /** False: there are too many already. */
  add(target: Target, atMs: number): boolean {
    const known = this.#entries.get(target.orderId);
    if (known !== undefined) {
      known.nextAtMs = Math.min(known.nextAtMs, atMs);
      return true;
    }
    if (this.#entries.size >= LIMITS.targetedOrdersMax) return false;
    this.#entries.set(target.orderId, {
      target,
      nextAtMs: atMs,
      isAsked: false,
      absentSinceMs: null,
    });
    return true;
  }

  /** They count as asked from now on. */
  takeDue(nowMs: number, max: number): string[] {
    const due: string[] = [];
    for (const [orderId, entry] of this.#entries) {
      if (due.length >= max) break;
      if (entry.isAsked || entry.nextAtMs > nowMs) continue;
      entry.isAsked = true;
      due.push(orderId);
    }
    return due;
  }

  found(orderId: string): void {
    this.#entries.delete(orderId);
  }

  /** In another epoch two answers are needed, a settle window apart: nearer ones are one (E41). */
  notFound(orderId: string, epoch: string, askedAtMs: number): void {
    const entry = this.#entries.get(orderId);
    if (entry === undefined) return;
    const sinceMs = entry.absentSinceMs ?? askedAtMs;
    const isOfOldEpoch = entry.target.venueEpoch !== epoch;
    if (!isOfOldEpoch || askedAtMs - sinceMs >= LIMITS.settleWindowMs) {
      this.#entries.delete(orderId);
      return;
    }
    entry.absentSinceMs = sinceMs;
    entry.isAsked = false;
    entry.nextAtMs = sinceMs + LIMITS.settleWindowMs + 1;
  }

  cannotTell(orderId: string, nowMs: number): void {
    const entry = this.#entries.get(orderId);
    if (entry === undefined) return;
    entry.isAsked = false;
    entry.nextAtMs = nowMs + AGAIN_MS;
  }
}
