// A customer who trades: places, cancels and looks at random, repeats with the same key what had no
// answer, sends some things twice at once, and now and then gives a key other terms.
import type { Client, Reply } from './client.ts';
import type { Outside } from './door.ts';
import { type Market, type OrderBody, randomOrder } from './order-mix.ts';

export interface CustomerOptions {
  readonly client: Client;
  readonly outside: Outside;
  readonly market: Market;
  /** Mean pause between two orders of one flow. */
  readonly paceMs: number;
  /** How often one thing is asked for at most. */
  readonly triesMax?: number;
}

const TRIES_MAX = 20;

export class Customer {
  readonly client: Client;
  readonly #outside: Outside;
  readonly #market: Market;
  readonly #paceMs: number;
  readonly #triesMax: number;
  #placed = 0;
  #isStopped = false;

  constructor({ client, outside, market, paceMs, triesMax = TRIES_MAX }: CustomerOptions) {
    this.client = client;
    this.#outside = outside;
    this.#market = market;
    this.#paceMs = paceMs;
    this.#triesMax = triesMax;
  }

  /** Asks for nothing new any more; what is under way is seen to its end. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Until so many orders have been made, or twice as many asked for. */
  async trade(orders: number): Promise<void> {
    let made = 0;
    for (let n = 0; n < 2 * orders && made < orders && !this.#isStopped; n++) {
      const orderId = await this.#place();
      if (orderId !== null) {
        made++;
        await this.#follow(orderId);
      }
      if (this.#chance(0.1)) await this.client.call({ method: 'GET', path: '/account' });
      await this.#pauseUpTo(2 * this.#paceMs);
    }
  }

  async #follow(orderId: string): Promise<void> {
    if (this.#chance(0.3)) await this.#look(orderId);
    if (!this.#chance(0.4)) return;
    if (this.#chance(0.7)) await this.#pauseUpTo(2 * this.#paceMs);
    await this.#cancel(orderId);
    if (this.#chance(0.3)) await this.#look(orderId);
  }

  async #look(orderId: string): Promise<void> {
    await this.client.call({ method: 'GET', path: `/order/${orderId}` });
  }

  /** Some ask twice at once; some give up when there is no answer. */
  async #cancel(orderId: string): Promise<void> {
    const call = { method: 'DELETE', path: `/order/${orderId}` } as const;
    const replies = await this.#severally(0.2, () => this.client.call(call));
    const isOpen = replies.every(({ mayRepeat }) => mayRepeat);
    if (isOpen && this.#chance(0.7)) await this.client.insist(call, this.#triesMax);
  }

  /** The same body and key until there is an answer: an order, or a refusal. */
  async #place(): Promise<string | null> {
    const key = `${this.client.userId}-${this.#placed++}`;
    const body = randomOrder(this.#market, this.#outside);
    let orderId: string | null = null;
    for (let tried = 0; tried < this.#triesMax && orderId === null; tried++) {
      const replies = await this.#severally(0.15, () => this.#submit(key, body));
      orderId = replies.map(orderIdIn).find((id) => id !== null) ?? null;
      if (orderId === null && !replies.some(({ mayRepeat }) => mayRepeat)) return null;
      if (orderId === null) await this.#outside.pause(300 + this.#below(600));
    }
    if (orderId !== null && this.#chance(0.05)) await this.#submit(key, otherThan(body));
    return orderId;
  }

  #submit(idempotencyKey: string, body: OrderBody): Promise<Reply> {
    return this.client.call({ method: 'POST', path: '/order', idempotencyKey, body });
  }

  #severally(probability: number, ask: () => Promise<Reply>): Promise<Reply[]> {
    const times = this.#chance(probability) ? 2 : 1;
    return Promise.all(Array.from({ length: times }, ask));
  }

  async #pauseUpTo(ms: number): Promise<void> {
    await this.#outside.pause(this.#below(ms + 1));
  }

  #chance(probability: number): boolean {
    return this.#outside.random() < probability;
  }

  #below(limit: number): number {
    return Math.floor(this.#outside.random() * limit);
  }
}

function orderIdIn({ outcome, body }: Reply): string | null {
  const id = body['id'] ?? body['orderId'];
  return outcome === 'ok' && typeof id === 'string' ? id : null;
}

function otherThan(body: OrderBody): OrderBody {
  return { ...body, numShares: body.numShares + 1 };
}
