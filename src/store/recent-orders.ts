// The orders that were written last, as they were written: one order is read several times within
// milliseconds, and its row is wide. Sound because the store is the file's only writer, and a
// rollback builds a new one.
import type { StoredOrder } from './order-store.ts';

export class RecentOrders {
  /** Oldest first. */
  readonly #byId = new Map<string, StoredOrder>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(id: string): StoredOrder | null {
    return this.#byId.get(id) ?? null;
  }

  keep(stored: StoredOrder): StoredOrder {
    const { id } = stored.order;
    this.#byId.delete(id);
    this.#byId.set(id, stored);
    if (this.#byId.size > this.#max) this.#forgetOldest();
    return stored;
  }

  #forgetOldest(): void {
    const [oldest] = this.#byId.keys();
    if (oldest !== undefined) this.#byId.delete(oldest);
  }
}
