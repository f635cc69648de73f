// Everybody who uses the broker while it is tortured: customers who trade on several lines at once,
// a reader of each one's stream, and an operator who brings cash in and out. All of them write one
// history, and none of them dies.
import { Client } from '../customers/client.ts';
import { Customer } from '../customers/customer.ts';
import type { Outside } from '../customers/door.ts';
import { Operator } from '../customers/operator.ts';
import type { Market } from '../customers/order-mix.ts';
import { StreamReader } from '../customers/stream-reader.ts';
import { History } from '../history/history.ts';
import type { Question } from './open-questions.ts';

export interface CrowdOptions {
  readonly outside: Outside;
  readonly admin: { readonly userId: string; readonly token: string };
  readonly symbols: readonly string[];
}

const CUSTOMERS = 8;
const LINES_EACH = 2;
const PACE_MS = 200;
const MOVES_EVERY_MS = 300;
const PASSWORD = 'correct horse';
const CASH_IN_CENTS = 1_000_000_000;
const SHARES = 100_000;
const MOVED_MAX = 100_000;
const TRIES_MAX = 1_000;

export class Crowd {
  readonly history = new History();
  readonly readers: StreamReader[] = [];
  readonly #options: CrowdOptions;
  readonly #operator: Operator;
  readonly #customers: Customer[] = [];
  #isStopped = false;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(options: CrowdOptions) {
    this.#options = options;
    this.#operator = new Operator(new Client(options.admin, options.outside, this.history));
  }

  /** Each gets cash and shares of everything; resolves when all of it is booked. */
  async arrive(): Promise<void> {
    for (let n = 0; n < CUSTOMERS; n++) await this.#welcome(`customer-${n}`);
  }

  /** Until stopped. */
  trade(): void {
    const lines = this.#customers.flatMap((customer) =>
      Array.from({ length: LINES_EACH }, () => customer.trade(Infinity)),
    );
    this.#busy = Promise.all([...lines, this.#moveCash()]);
  }

  /** Resolves when all that was asked for has an answer. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const customer of this.#customers) customer.stop();
    await this.#busy;
  }

  /** Nobody begins anything any more, whatever was under way. */
  abandon(): void {
    this.#isStopped = true;
    for (const customer of this.#customers) customer.stop();
    this.hangUp();
  }

  hangUp(): void {
    for (const reader of this.readers) reader.stop();
  }

  /** In the name of who has given up asking. */
  async ask({ request }: Question): Promise<void> {
    const { token, idempotencyKey, body, ...asked } = request;
    const clients = [this.#operator.client, ...this.#customers.map(({ client }) => client)];
    const client = clients.find((one) => one.token === token);
    await client?.insist(
      {
        ...asked,
        ...(idempotencyKey === null ? {} : { idempotencyKey }),
        ...(body === null ? {} : { body }),
        userId: /^\/admin\/users\/([^/]+)\//.exec(asked.path)?.[1] ?? client.userId,
      },
      TRIES_MAX,
    );
  }

  async #welcome(name: string): Promise<void> {
    const { outside, symbols } = this.#options;
    const { history } = this;
    const userId = await this.#operator.createUser(name, PASSWORD);
    await this.#operator.deposit(userId, 'USD', CASH_IN_CENTS);
    for (const symbol of symbols) await this.#operator.deposit(userId, symbol, SHARES);
    const client = new Client({ userId, token: await this.#signIn(name) }, outside, history);
    const reader = new StreamReader({ client, outside, history, symbols });
    const market: Market = {
      symbols,
      priceOf: (symbol) => (reader.prices.get(symbol)?.['priceInCents'] as number) ?? null,
    };
    this.readers.push(reader);
    const pace = { paceMs: PACE_MS, triesMax: TRIES_MAX };
    this.#customers.push(new Customer({ client, outside, market, ...pace }));
  }

  async #signIn(name: string): Promise<string> {
    const nobody = new Client({ userId: '', token: '' }, this.#options.outside, this.history);
    const body = { email: `${name}@example.com`, password: PASSWORD };
    const reply = await nobody.insist({ method: 'POST', path: '/session', body }, TRIES_MAX);
    const { token } = reply.body;
    if (typeof token !== 'string') throw new Error(`no token: ${JSON.stringify(reply.body)}`);
    return token;
  }

  async #moveCash(): Promise<void> {
    const { outside } = this.#options;
    const below = (limit: number) => Math.floor(outside.random() * limit);
    while (!this.#isStopped) {
      await outside.pause(below(2 * MOVES_EVERY_MS));
      const { userId } = this.#customers[below(this.#customers.length)]?.client ?? {};
      if (userId === undefined || this.#isStopped) continue;
      const amount = 1 + below(MOVED_MAX);
      if (below(2) === 0) await this.#operator.deposit(userId, 'USD', amount);
      else await this.#operator.withdraw(userId, amount);
    }
  }
}
