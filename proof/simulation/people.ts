// Everybody outside of a simulated broker: an operator, customers who trade, and a reader of each
// one's stream. All of them write one history.
import { Client } from '../customers/client.ts';
import { Customer } from '../customers/customer.ts';
import { Operator } from '../customers/operator.ts';
import type { Market } from '../customers/order-mix.ts';
import { StreamReader } from '../customers/stream-reader.ts';
import { History } from '../history/history.ts';
import type { BrokerSimulation } from './broker-simulation.ts';
import { ADMIN_TOKEN, tokenOf } from './plain-secrets.ts';
import { SYMBOLS } from './simulated-venue.ts';

/** What everyone begins with, of cash and of each symbol. */
export interface Wealth {
  readonly cashInCents: number;
  readonly shares: number;
}

const RICH: Wealth = { cashInCents: 100_000_000, shares: 10_000 };

export class People {
  readonly history = new History();
  readonly operator: Operator;
  readonly customers: Customer[] = [];
  readonly readers: StreamReader[] = [];
  readonly #broker: BrokerSimulation;

  constructor(broker: BrokerSimulation) {
    this.#broker = broker;
    const admin = { userId: 'usr_00admin', token: ADMIN_TOKEN };
    this.operator = new Operator(new Client(admin, broker, this.history));
  }

  get userIds(): string[] {
    return this.customers.map(({ client }) => client.userId);
  }

  /** Each gets cash and shares of everything; resolves when all of it is booked. */
  async arrive(customers: number, paceMs: number, wealth: Wealth = RICH): Promise<void> {
    for (let n = 0; n < customers; n++) {
      const userId = await this.operator.createUser(`customer-${n}`, 'correct horse');
      await this.operator.deposit(userId, 'USD', wealth.cashInCents);
      for (const symbol of SYMBOLS) await this.operator.deposit(userId, symbol, wealth.shares);
      this.#settle(userId, paceMs);
    }
  }

  #settle(userId: string, paceMs: number): void {
    const { history } = this;
    const outside = this.#broker;
    const client = new Client({ userId, token: tokenOf(userId) }, outside, history);
    const reader = new StreamReader({ client, outside, history, symbols: SYMBOLS });
    const market: Market = {
      symbols: SYMBOLS,
      priceOf: (symbol) => (reader.prices.get(symbol)?.['priceInCents'] as number) ?? null,
    };
    this.readers.push(reader);
    this.customers.push(new Customer({ client, outside, market, paceMs }));
  }
}
