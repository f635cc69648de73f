// A simulated customer: places and cancels orders at random, repeats what had no answer with the
// same key, and remembers what it was told.
import { isAskFailure } from '../../src/runtime/actor.ts';
import { type BrokerSimulation, SYMBOLS } from './broker-simulation.ts';

const SHARES_MAX = 20;
const TRIES_MAX = 20;

export class Customer {
  readonly userId: string;
  /** Ids of the orders that were acknowledged to it, by idempotency key. */
  readonly acknowledged = new Map<string, string>();
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
      if (orderId !== null && this.#chance(0.3)) {
        await this.#broker.pause(this.#below(50));
        await this.#broker.cancel(this.userId, orderId);
      }
      await this.#broker.pause(this.#below(40));
    }
  }

  /** The same body and key until there is an answer: an acknowledged order, or a refusal. */
  async #place(idempotencyKey: string): Promise<string | null> {
    const order = this.#randomOrder();
    for (let tried = 0; tried < TRIES_MAX; tried++) {
      const answer = await this.#broker.place({ ...order, userId: this.userId, idempotencyKey });
      if (!isAskFailure(answer) && answer.outcome === 'order') {
        this.acknowledged.set(idempotencyKey, answer.order.id);
        return answer.order.id;
      }
      const mayRepeat = isAskFailure(answer) || answer.retry === 'same_key';
      if (!mayRepeat) break;
      this.repeated++;
      await this.#broker.pause(200 + this.#below(300));
    }
    this.refused++;
    return null;
  }

  #randomOrder() {
    const isMarket = this.#chance(0.4);
    return {
      symbol: SYMBOLS[this.#below(SYMBOLS.length)] ?? '',
      side: this.#chance(0.5) ? ('buy' as const) : ('sell' as const),
      orderType: isMarket ? ('market' as const) : ('limit' as const),
      timeInForce: 'day' as const,
      priceInCents: isMarket ? null : 500 + this.#below(60_000),
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
