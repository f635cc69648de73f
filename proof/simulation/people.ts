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

/** Who streams prices beside their events; the others look over the first one's shoulder. */
const PRICE_WATCHERS = 2;

export const RICH: Wealth = { cashInCents: 100_000_000, shares: 10_000 };

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
    const arriving = Array.from({ length: customers }, (_, n) => this.#arrive(n, wealth));
    for (const userId of await Promise.all(arriving)) this.#settle(userId, paceMs);
  }

  async #arrive(n: number, wealth: Wealth): Promise<string> {
    const userId = await this.operator.createUser(`customer-${n}`, 'correct horse');
    const given = SYMBOLS.map((symbol) => [symbol, wealth.shares] as const);
    for (const [asset, amount] of [['USD', wealth.cashInCents] as const, ...given]) {
      await this.operator.deposit(userId, asset, amount);
    }
    return userId;
  }

  #settle(userId: string, paceMs: number): void {
    const { history } = this;
    const outside = this.#broker;
    const client = new Client({ userId, token: tokenOf(userId) }, outside, history);
    const symbols = this.readers.length < PRICE_WATCHERS ? SYMBOLS : [];
    this.readers.push(new StreamReader({ client, outside, history, symbols }));
    const [board] = this.readers;
    const market: Market = {
      symbols: SYMBOLS,
      priceOf: (symbol) => (board?.prices.get(symbol)?.['priceInCents'] as number) ?? null,
    };
    this.customers.push(new Customer({ client, outside, market, paceMs }));
  }
}
