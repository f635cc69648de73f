// The broker as `npm start` starts it, on an exchange of its own that obeys the test, in a market
// where nothing moves but by the test's orders.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { tempDirectory } from '../temp-directory.ts';
import { type Answer, Api } from './api.ts';
import { type ExchangeProcess, startExchange } from './exchange-process.ts';
import { type Outcry, startOutcry, until } from './outcry.ts';
import { quietTape } from './quiet-tape.ts';

export interface Product {
  readonly outcry: Outcry;
  readonly exchange: ExchangeProcess;
  readonly alice: Api;
  readonly bob: Api;
}

export interface ProductOptions {
  /** Of the simulator, beside --control and the quiet tape. */
  readonly exchange?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** How late the exchange takes an order here: what never reached it is proven lost 3 s later. */
const NOT_AFTER_MS = '1500';

export async function startProduct(
  t: Pick<TestContext, 'after'>,
  { exchange: options = ['--no-echo'], environment = {} }: ProductOptions = {},
): Promise<Product> {
  const exchange = await startExchange(t, tempDirectory(t), [
    ...['--control', '--tape', quietTape(t)],
    ...options,
  ]);
  const outcry = await startOutcry(t, {
    OUTCRY_EXCHANGE_URL: exchange.url,
    OUTCRY_NOT_AFTER_MS: NOT_AFTER_MS,
    ...environment,
  });
  return { outcry, exchange, alice: outcry.user(0), bob: outcry.user(1) };
}

export function limitOrder(
  position: 'buy' | 'sell',
  numShares: number,
  priceInCents: number,
  more: Record<string, unknown> = {},
) {
  return { position, symbol: 'ABC', type: 'limit', numShares, priceInCents, ...more };
}

/** Places it; the exchange accepts it at once. Its id. */
export async function taken(api: Api, order: Record<string, unknown>): Promise<string> {
  const { status, body } = await api.place(order);
  assert.equal(status, 201, JSON.stringify(body));
  return body.id;
}

/**
 * The same for a broker that may not be able to yet: repeated for as long as told, with its key or
 * with a new one (a connection that the exchange has cut is noticed by the order that is not sent).
 */
export async function takenAtLast(
  api: Api,
  order: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<string> {
  let keyed = { 'idempotency-key': randomUUID(), ...headers };
  let answer = await api.place(order, keyed);
  await until(
    async () => {
      const { retry, code } = answer.body;
      const isNew = code === 'not_sent' && retry === 'new_key';
      if (isNew) keyed = { 'idempotency-key': randomUUID(), ...headers };
      if (isNew || retry === 'same_key') answer = await api.place(order, keyed);
      return answer.status === 201;
    },
    'orders to be taken again',
    () => JSON.stringify(answer.body),
  );
  return answer.body.id;
}

/** A customer who owns these deposits and nothing else. */
export async function newCustomer(
  outcry: Outcry,
  name: string,
  deposits: readonly { readonly asset: string; readonly amount: number }[],
): Promise<Api> {
  const admin = outcry.admin();
  const account = { email: `${name}@example.com`, password: 'correct horse' };
  const user = { ...account, name, role: 'customer' };
  const { status, body } = await admin.request('POST', '/admin/users', user);
  assert.equal(status, 201, JSON.stringify(body));
  for (const deposit of deposits) {
    const path = `/admin/users/${body.userId}/deposits`;
    assert.equal((await admin.request('POST', path, deposit)).status, 201);
  }
  const session = await new Api(outcry.url, '').request('POST', '/session', account);
  assert.equal(session.status, 200, JSON.stringify(session.body));
  return new Api(outcry.url, session.body.token);
}

export async function cashOf(api: Api): Promise<number> {
  return (await api.get('/account')).body.cashInCents;
}

export async function sharesOf(api: Api, symbol = 'ABC'): Promise<number> {
  const { positions } = (await api.get('/positions')).body;
  return positions.find((held: { symbol: string }) => held.symbol === symbol)?.numShares ?? 0;
}

/** What has happened to an order, as its timeline tells it. */
export async function kindsOf(api: Api, orderId: string): Promise<string[]> {
  const { timeline } = (await api.get(`/order/${orderId}/timeline`)).body;
  return timeline.map(({ kind }: { kind: string }) => kind);
}

/** The order's trades, oldest first. */
export async function tradesOf(api: Api, orderId: string): Promise<Answer['body'][]> {
  return (await api.get(`/order/${orderId}/trades`)).body.trades;
}

/** Nothing is held back: no cash of the account, no share of any position. */
export async function assertNothingReserved(api: Api): Promise<void> {
  const { body: account } = await api.get('/account');
  assert.equal(account.reservedInCents, 0);
  const { positions } = (await api.get('/positions')).body;
  for (const { symbol, reservedShares } of positions) assert.equal(reservedShares, 0, symbol);
}
