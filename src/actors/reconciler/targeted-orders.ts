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
  absences: number;
}

const AGAIN_MS = 1_000;

/** Two answers, so far apart, in an epoch that is not the order's (E41). */
const ABSENCES_NEEDED = 2;

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
    this.#entries.set(target.orderId, { target, nextAtMs: atMs, isAsked: false, absences: 0 });
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

  notFound(orderId: string, epoch: string, askedAtMs: number): void {
    const entry = this.#entries.get(orderId);
    if (entry === undefined) return;
    entry.absences++;
    const isOfOldEpoch = entry.target.venueEpoch !== epoch;
    if (!isOfOldEpoch || entry.absences >= ABSENCES_NEEDED) {
      this.#entries.delete(orderId);
      return;
    }
    entry.isAsked = false;
    entry.nextAtMs = askedAtMs + LIMITS.settleWindowMs + 1;
  }

  cannotTell(orderId: string, nowMs: number): void {
    const entry = this.#entries.get(orderId);
    if (entry === undefined) return;
    entry.isAsked = false;
    entry.nextAtMs = nowMs + AGAIN_MS;
  }
}
