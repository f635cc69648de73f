// A gateway before a fake edge, with two customers and an admin, and the orders they talk about.
import assert from 'node:assert/strict';
import type { ConnectionState } from '../../src/actors/exchange-connection/protocol.ts';
import { LINK_DOWN } from '../../src/actors/exchange-connection/protocol.ts';
import { deriveOrder } from '../../src/domain/derive-order.ts';
import { NO_FACTS, type Order, type OrderFacts } from '../../src/domain/order.ts';
import { NO_SESSION_PRICES } from '../../src/domain/session-prices.ts';
import type { UserEvent } from '../../src/domain/user-event.ts';
import { issueToken } from '../../src/gateway/auth.ts';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import type { RawRequest } from '../../src/gateway/request.ts';
import type { Answer, JsonAnswer } from '../../src/gateway/route.ts';
import { FakeEdge } from './fake-edge.ts';

export const KEY = Buffer.alloc(32, 7);
export const ALICE = 'usr_01alice';
export const BOB = 'usr_02bob';
export const ADMIN = 'usr_03admin';
export const ORDER_ID = 'ord_01000000001abcde';

/** 256 buckets on four shards. */
export const SHARDS = Array.from({ length: 256 }, (_, bucket) => bucket % 4);

export const CATALOGUE = {
  kind: 'CatalogueChanged',
  symbols: [
    { symbol: 'AIG', company: 'American International Group', tickInCents: 1 },
    { symbol: 'BAC', company: 'Bank of America', tickInCents: 1 },
    { symbol: 'IBM', company: 'International Business Machines', tickInCents: 1 },
  ],
} as const;

export const LINKED: ConnectionState = {
  outcome: 'connection_state',
  link: {
    ...LINK_DOWN,
    linked: true,
    ordersReachable: true,
    tradeFeedLive: true,
    priceFeedLive: true,
  },
  connections: { orders: 4, control: 1, tradeFeed: 1, priceFeed: 1 },
  submitsQueued: 0,
  submitsInFlight: 0,
  executionFeed: { epoch: 'e1', headSeq: 0, gaps: 0, losses: 0 },
  exchangeClockSkewMs: -250,
};

export interface World {
  readonly edge: FakeEdge;
  readonly gateway: Gateway;
  readonly logged: string[];
  token(userId: string, role?: 'customer' | 'admin'): Promise<string>;
  /** Through the front door, without a socket. */
  call(method: string, url: string, more?: CallOptions): Promise<JsonAnswer>;
  callAny(method: string, url: string, more?: CallOptions): Promise<Answer>;
}

export interface CallOptions {
  readonly userId?: string | null;
  readonly body?: unknown;
  readonly headers?: Partial<RawRequest['headers']>;
}

export function aWorld({ demo = true } = {}): World {
  const edge = new FakeEdge().answer('GetSigningKey', () => ({
    outcome: 'signing_key',
    keyBase64url: KEY.toString('base64url'),
  }));
  const logged: string[] = [];
  const gateway = createGateway({
    edge: edge.factory,
    number: 0,
    shards: SHARDS,
    demo,
    prices: (symbol) =>
      symbol === 'IBM'
        ? {
            tickInCents: 1,
            halted: false,
            price: { priceInCents: 18_500, lastTradedAtMs: 0, seq: 1 },
            session: NO_SESSION_PRICES,
          }
        : { tickInCents: 1, halted: false, price: null, session: NO_SESSION_PRICES },
    config: { log: (_level, text, fields) => logged.push(`${text}: ${JSON.stringify(fields)}`) },
  });
  edge.deliver(CATALOGUE);
  const token = (userId: string, role: 'customer' | 'admin' = 'customer') =>
    issueToken(KEY, { userId, role }, edge.nowMs(), 3_600_000);
  const callAny: World['callAny'] = async (method, url, more = {}) => {
    const userId = more.userId === undefined ? ALICE : more.userId;
    const authorization = userId === null ? '' : `Bearer ${await token(userId)}`;
    return gateway.frontDoor.answer(rawRequest(method, url, { authorization }, more));
  };
  return {
    edge,
    gateway,
    logged,
    token,
    callAny,
    async call(method, url, more) {
      const answer = await callAny(method, url, more);
      assert(answer.kind === 'json', `${method} ${url} opened a stream`);
      return answer;
    },
  };
}

function rawRequest(
  method: string,
  url: string,
  auth: { authorization: string },
  { body, headers }: CallOptions,
): RawRequest {
  const [path = '', query = ''] = url.split('?', 2);
  return {
    method,
    path,
    query,
    headers: {
      cookie: '',
      'content-type': body === undefined ? '' : 'application/json',
      'idempotency-key': '',
      prefer: '',
      'last-event-id': '',
      'outcry-sandbox-fault': '',
      ...auth,
      ...headers,
    },
    body: body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body)),
  };
}

export function anOrder(facts: Partial<OrderFacts> = {}, changes: Partial<Order> = {}): Order {
  const known = { ...NO_FACTS, ...facts };
  return {
    id: ORDER_ID,
    userId: ALICE,
    idempotencyKey: 'k1',
    venue: 'SIM',
    symbol: 'IBM',
    side: 'buy',
    orderType: 'limit',
    timeInForce: 'day',
    priceInCents: 18_500,
    limitPriceInCents: 18_500,
    referencePriceInCents: 18_400,
    numShares: 10,
    createdAtMs: 1_700_000_000_000,
    sendAttemptedAtMs: 1_700_000_000_000,
    notAfterMs: 1_700_000_005_000,
    ...known,
    ...deriveOrder({ numShares: 10 }, known),
    feeInCents: 0,
    cancelRequestedAtMs: null,
    updatedAtMs: 1_700_000_000_123,
    version: 1,
    ...changes,
  };
}

/** The events `from` to `to` of a user, each an order event. */
export function events(from: number, to: number, order = anOrder()): UserEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    topic: 'order',
    seq: from + index,
    kind: 'order_created',
    atMs: 1_700_000_000_000,
    order,
  }));
}

export const BODY = {
  position: 'buy',
  symbol: 'IBM',
  type: 'limit',
  numShares: 10,
  priceInCents: 18_500,
} as const;
