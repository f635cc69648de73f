// Executions that wait for an owner (E05), by external id: whose they are is asked of the exchange,
// and what is nobody's here, or unknown even there for a minute, is a stray (E22).
import { LIMITS } from '../../limits.ts';
import type { ParkedOrder, VenueOrderId } from '../trade-processor/protocol.ts';

interface Entry {
  readonly id: VenueOrderId;
  nextAtMs: number;
  isAsked: boolean;
  /** The first definite answer that the exchange knows no such order. */
  notFoundSinceMs: number | null;
}

const AGAIN_MS = 1_000;

export class ParkedOrders {
  readonly #entries = new Map<string, Entry>();

  /** What is parked now for long enough is all there is. */
  replace(orders: readonly ParkedOrder[], nowMs: number): void {
    const listed = new Set(orders.map(keyOf));
    for (const key of this.#entries.keys()) if (!listed.has(key)) this.#entries.delete(key);
    for (const { epoch, externalOrderId } of orders) {
      const id = { epoch, externalOrderId };
      if (this.#entries.has(keyOf(id))) continue;
      const fresh = { id, nextAtMs: nowMs, isAsked: false, notFoundSinceMs: null };
      this.#entries.set(keyOf(id), fresh);
    }
  }

  /** They count as asked from now on. */
  takeDue(nowMs: number): VenueOrderId[] {
    const due = [...this.#entries.values()]
      .filter(({ nextAtMs, isAsked }) => !isAsked && nextAtMs <= nowMs)
      .slice(0, LIMITS.parkedListMax);
    for (const entry of due) entry.isAsked = true;
    return due.map(({ id }) => id);
  }

  /** True: for so long that it is a stray. */
  notFound(id: VenueOrderId, askedAtMs: number): boolean {
    const entry = this.#entries.get(keyOf(id));
    if (entry === undefined) return false;
    entry.notFoundSinceMs ??= askedAtMs;
    entry.isAsked = false;
    entry.nextAtMs = askedAtMs + LIMITS.parkedAskAfterMs;
    return askedAtMs - entry.notFoundSinceMs >= LIMITS.strayAfterMs;
  }

  askAgain(id: VenueOrderId, nowMs: number): void {
    const entry = this.#entries.get(keyOf(id));
    if (entry === undefined) return;
    entry.isAsked = false;
    entry.nextAtMs = nowMs + AGAIN_MS;
  }
}

function keyOf({ epoch, externalOrderId }: VenueOrderId): string {
  return `${epoch}/${externalOrderId}`;
}
