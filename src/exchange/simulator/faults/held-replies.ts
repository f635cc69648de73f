// Replies that go out late: after a time, or only when a trade of one of their orders has gone
// ahead of them on the feed.
import type { ExchangeReply } from '../exchange.ts';
import { LATE_MS } from './fault-plan.ts';

interface Held {
  readonly orders: readonly string[];
  readonly onTraded: () => void;
}

export class HeldReplies {
  readonly #after: (delayMs: number, run: () => void) => void;
  readonly #byOrder = new Map<string, Held>();

  constructor(after: (delayMs: number, run: () => void) => void) {
    this.#after = after;
  }

  traded(clientOrderId: string): void {
    this.#byOrder.get(clientOrderId)?.onTraded();
  }

  /**
   * Called before the exchange is, whose trades may come while it answers; the result is called
   * with the answer. A reply without a trade goes out all the same, before its client gives up.
   */
  hold(
    orders: readonly string[],
    tradeLeadMs: number,
    lateMs: number,
    send: (reply: ExchangeReply) => void,
  ): (reply: ExchangeReply) => void {
    if (orders.length === 0) return (reply) => this.#later(lateMs, () => send(reply));
    let reply: ExchangeReply | null = null;
    let isDue = false;
    const trySend = () => {
      if (reply === null || !isDue) return;
      const whole = reply;
      reply = null;
      this.#forget(held);
      this.#later(lateMs, () => send(whole));
    };
    const becomeDue = () => {
      isDue = true;
      trySend();
    };
    const held = { orders, onTraded: () => this.#after(tradeLeadMs, becomeDue) };
    for (const order of orders) this.#byOrder.set(order, held);
    this.#after(LATE_MS, becomeDue);
    return (answered) => {
      reply = answered;
      trySend();
    };
  }

  #forget({ orders }: Held): void {
    for (const order of orders) this.#byOrder.delete(order);
  }

  #later(delayMs: number, run: () => void): void {
    if (delayMs === 0) run();
    else this.#after(delayMs, run);
  }
}
