// A simulated customer: places and cancels orders at random, repeats what had no answer with the
// same key, and remembers what it was told.
import assert from 'node:assert/strict';
import type { Side } from '../../src/domain/order.ts';
import { isAskFailure } from '../../src/runtime/actor.ts';
import { type BrokerSimulation, SYMBOLS } from './broker-simulation.ts';

const SHARES_MAX = 20;
const TRIES_MAX = 20;

type PlaceAnswer = Awaited<ReturnType<BrokerSimulation['place']>>;

export class Customer {
  readonly userId: string;
  /** Ids of the orders that were acknowledged to it, by idempotency key. */
  readonly acknowledged = new Map<string, string>();
  /** Orders whose cancel was acknowledged to it. */
  readonly cancelled = new Set<string>();
  refused = 0;
  repeated = 0;
  readonly #broker: BrokerSimulation;

  constructor(userId: string, broker: BrokerSimulation) {
    this.userId = userId;
    this.#broker = broker;
  }

  async trade(orders: number): Promise<void> {
    for (let n = 0; n < orders; n++) {
      const orderId = await this.#place(`${this.userId}-${n}`);
      if (orderId !== null && this.#chance(0.4)) {
        if (this.#chance(0.7)) await this.#broker.pause(this.#below(50));
        await this.#cancel(orderId);
      }
      await this.#broker.pause(this.#below(40));
    }
  }

  /** Some ask twice at once, some give up when there is no answer. */
  async #cancel(orderId: string): Promise<void> {
    const times = this.#chance(0.2) ? 2 : 1;
    const cancels = Array.from({ length: times }, () => this.#broker.cancel(this.userId, orderId));
    for (const answer of await Promise.all(cancels)) {
      if (!isAskFailure(answer) && answer.outcome === 'order') this.cancelled.add(orderId);
    }
  }

  /** The same body and key until there is an answer: an acknowledged order, or a refusal. */
  async #place(idempotencyKey: string): Promise<string | null> {
    const order = {
      ...this.#randomOrder(),
      userId: this.userId,
      idempotencyKey,
      sandboxFault: null,
    };
    for (let tried = 0; tried < TRIES_MAX; tried++) {
      const times = this.#chance(0.15) ? 2 : 1;
      const asks = Array.from({ length: times }, () => this.#broker.place(order));
      const answers = await Promise.all(asks);
      for (const answer of answers) this.#note(idempotencyKey, answer);
      const orderId = this.acknowledged.get(idempotencyKey);
      if (orderId !== undefined) return orderId;
      if (!answers.some(mayRepeat)) break;
      this.repeated++;
      await this.#broker.pause(200 + this.#below(300));
    }
    this.refused++;
    return null;
  }

  /** One key, one order, however often it is sent (I11). */
  #note(idempotencyKey: string, answer: PlaceAnswer): void {
    if (isAskFailure(answer) || answer.outcome !== 'order') return;
    const { id } = answer.order;
    const known = this.acknowledged.get(idempotencyKey) ?? id;
    assert.equal(id, known, `the key ${idempotencyKey} names two orders`);
    this.acknowledged.set(idempotencyKey, id);
  }

  /**
   * Half of the limits are near the market, so that cancels race with fills; of the others a few
   * are outside the collar.
   */
  #randomPrice(symbol: string, side: Side): number {
    const last = this.#broker.priceOf(symbol);
    if (last === null || this.#chance(0.1)) return 500 + this.#below(60_000);
    if (this.#chance(0.5)) return Math.max(1, last - 20 + this.#below(40));
    return side === 'buy' ? last - this.#below(last) : last + this.#below(last);
  }

  #randomOrder() {
    const isMarket = this.#chance(0.4);
    const symbol = SYMBOLS[this.#below(SYMBOLS.length)] ?? '';
    const side: Side = this.#chance(0.5) ? 'buy' : 'sell';
    return {
      symbol,
      side,
      orderType: isMarket ? ('market' as const) : ('limit' as const),
      timeInForce: 'day' as const,
      priceInCents: isMarket ? null : this.#randomPrice(symbol, side),
      numShares: 1 + this.#below(SHARES_MAX),
    };
  }

  #chance(probability: number): boolean {
    return this.#broker.edge.random() < probability;
  }

  #below(limit: number): number {
    return Math.floor(this.#broker.edge.random() * limit);
  }
}

function mayRepeat(answer: PlaceAnswer): boolean {
  return isAskFailure(answer) || (answer.outcome === 'rejected' && answer.retry === 'same_key');
}
