// Acknowledged writes of every kind that is judged, one at a time and several at once, by customers
// of several shards. Each has a key of its own, by which the judge finds it again.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bucketOf } from '../../src/domain/ids.ts';
import { type Answer, Api } from '../../test/scenario/api.ts';
import type { Outcry } from '../../test/scenario/outcry.ts';
import { limitOrder } from '../../test/scenario/product.ts';
import { MARKET } from '../../test/scenario/quiet-tape.ts';
import { type Kind, noneOfEach } from './pledge.ts';

interface Customer {
  readonly userId: string;
  readonly api: Api;
}

const SHARDS_MIN = 3;
const CUSTOMERS_MIN = 5;
const CUSTOMERS_MAX = 30;
const AT_ONCE = 8;
/** Every so many-th order trades at once; the others rest and can be cancelled. */
const TRADES_EVERY = 4;
const RESTING_PRICE = MARKET.ABC.bidInCents - 500;

export class Load {
  /** What the client saw answered 2xx. */
  readonly acknowledged = noneOfEach();
  readonly #outcry: Outcry;
  readonly #admin: Api;
  readonly #customers: Customer[];
  #keys = 0;

  constructor(outcry: Outcry) {
    this.#outcry = outcry;
    this.#admin = outcry.admin();
    const { users } = outcry.demo;
    this.#customers = users.map(({ userId, token }) => {
      return { userId, api: new Api(outcry.url, token) };
    });
  }

  async run(orders: number): Promise<void> {
    while (this.#shards().size < SHARDS_MIN || this.#customers.length < CUSTOMERS_MIN) {
      await this.#newCustomer();
    }
    const numbers = Array.from({ length: orders }, (_, n) => n);
    const middle = Math.ceil(orders / 2);
    const ids = [
      ...(await inTurns(numbers.slice(0, middle), 1, (n) => this.#place(n))),
      ...(await inTurns(numbers.slice(middle), AT_ONCE, (n) => this.#place(n))),
    ];
    const resting = ids.filter(({ n }) => !doesTrade(n)).filter((_, n) => n % 2 === 0);
    const half = Math.ceil(resting.length / 2);
    await inTurns(resting.slice(0, half), 1, (order) => this.#cancel(order));
    await inTurns(resting.slice(half), AT_ONCE, (order) => this.#cancel(order));
    await inTurns(this.#customers, AT_ONCE, ({ userId }) => this.#fund('withdrawal', userId));
  }

  #shards(): ReadonlySet<number> {
    const meta = readFileSync(join(this.#outcry.dataDir, 'meta.json'), 'utf8');
    const { bucketToShard } = JSON.parse(meta) as { readonly bucketToShard: readonly number[] };
    return new Set(this.#customers.map(({ userId }) => bucketToShard[bucketOf(userId)] ?? -1));
  }

  async #newCustomer(): Promise<void> {
    const n = this.#customers.length;
    assert(n < CUSTOMERS_MAX, `${n} customers were all given to fewer than ${SHARDS_MIN} shards`);
    const account = { email: `customer-${n}@example.com`, password: 'correct horse' };
    const user = { ...account, name: `Customer ${n}`, role: 'customer' };
    const { userId } = this.#count('user', await this.#admin.request('POST', '/admin/users', user));
    const session = await new Api(this.#outcry.url, '').request('POST', '/session', account);
    assert.equal(session.status, 200, JSON.stringify(session.body));
    this.#customers.push({ userId, api: new Api(this.#outcry.url, session.body.token) });
    await this.#fund('deposit', userId);
  }

  async #place(n: number): Promise<{ readonly n: number; readonly id: string }> {
    const { api } = this.#customerOf(n);
    const price = doesTrade(n) ? MARKET.ABC.askInCents : RESTING_PRICE;
    const { id } = this.#count('order', await api.place(limitOrder('buy', 1, price), this.#key()));
    return { n, id };
  }

  async #cancel({ n, id }: { readonly n: number; readonly id: string }): Promise<void> {
    this.#count('cancel', await this.#customerOf(n).api.cancel(id));
  }

  async #fund(kind: 'deposit' | 'withdrawal', userId: string): Promise<void> {
    const cash = { asset: 'USD', amount: kind === 'deposit' ? 1_000_000_00 : 1_00 };
    const path = `/admin/users/${userId}/${kind}s`;
    this.#count(kind, await this.#admin.request('POST', path, cash, this.#key()));
  }

  #customerOf(n: number): Customer {
    const customer = this.#customers[n % this.#customers.length];
    assert(customer !== undefined);
    return customer;
  }

  #key(): Record<string, string> {
    return { 'idempotency-key': `sync-trace-${String(++this.#keys).padStart(6, '0')}` };
  }

  #count(kind: Kind, { status, body }: Answer): Answer['body'] {
    assert(status >= 200 && status <= 299, `${kind}: ${status} ${JSON.stringify(body)}`);
    this.acknowledged[kind]++;
    return body;
  }
}

function doesTrade(n: number): boolean {
  return n % TRADES_EVERY === TRADES_EVERY - 1;
}

/** All of them, so many at once. */
async function inTurns<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  act: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += atOnce) {
    results.push(...(await Promise.all(items.slice(from, from + atOnce).map(act))));
  }
  return results;
}
