// Orders that were sent and whose answer nobody awaits any more: until `notAfter` has passed for
// certain they may still be on the wire. What a kill switch cannot call back, and must name.
import type { Order } from '../domain/order.ts';

type Submit = Pick<Order, 'id' | 'userId' | 'symbol' | 'notAfterMs'>;

export class UnknownSubmits {
  readonly #clockSkewMs: number;
  readonly #submits = new Map<string, Submit>();

  constructor(clockSkewMs: number) {
    this.#clockSkewMs = clockSkewMs;
  }

  add({ id, userId, symbol, notAfterMs }: Submit, nowMs: number): void {
    this.#forgetBefore(nowMs);
    this.#submits.set(id, { id, userId, symbol, notAfterMs });
  }

  list(nowMs: number): Iterable<Submit> {
    this.#forgetBefore(nowMs);
    return this.#submits.values();
  }

  #forgetBefore(nowMs: number): void {
    for (const { id, notAfterMs } of this.#submits.values()) {
      if (notAfterMs + this.#clockSkewMs >= nowMs) return; // oldest first
      this.#submits.delete(id);
    }
  }
}
