import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FlowSettings, OrderFlow } from '../../bench/load/order-flow.ts';

const SYMBOLS = ['SYN0001', 'SYN0002', 'SYN0003'].map((name) => ({ name, priceInCents: 10_000 }));
const SETTINGS: FlowSettings = {
  mix: { resting: 0.3, marketable: 0.3, market: 0.2, cancel: 0.2 },
  users: 20,
  userZipf: 0.5,
  symbols: SYMBOLS,
  symbolZipf: 1,
  seed: 7,
};

interface Body {
  readonly position: string;
  readonly symbol: string;
  readonly type: string;
  readonly timeInForce?: string;
  readonly priceInCents?: number;
}

/** So many requests, each order taken at once. */
function requestsOf(flow: OrderFlow, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const request = flow.next();
    if (request.kind === 'place' && request.rests) flow.rests(request.user, `ord_${index}`);
    return request;
  });
}

test('the same seed gives the same requests, another seed others', () => {
  const one = requestsOf(new OrderFlow(SETTINGS), 500);
  assert.deepEqual(requestsOf(new OrderFlow(SETTINGS), 500), one);
  assert.notDeepEqual(requestsOf(new OrderFlow({ ...SETTINGS, seed: 8 }), 500), one);
});

test('kinds come in their shares, and cancels are of orders that rest, each once', () => {
  const requests = requestsOf(new OrderFlow(SETTINGS), 10_000);
  const cancels = requests.flatMap((one) => (one.kind === 'cancel' ? [one.orderId] : []));
  const bodies = requests.flatMap((one) =>
    one.kind === 'place' ? [{ rests: one.rests, body: JSON.parse(one.body) as Body }] : [],
  );
  for (const [kind, count, share] of [
    ['cancel', cancels.length, 0.2],
    ['resting', bodies.filter(({ rests }) => rests).length, 0.3],
    ['market', bodies.filter(({ body }) => body.type === 'market').length, 0.2],
  ] as const) {
    assert(Math.abs(count / requests.length - share) < 0.02, `${count} requests are ${kind}`);
  }
  assert.equal(new Set(cancels).size, cancels.length);
  const placed = new Set(requests.map((one, i) => (one.kind === 'place' ? `ord_${i}` : '')));
  assert(cancels.every((id) => placed.has(id)));
});

test('an order that trades at once is within the collar and never rests; one that rests is far', () => {
  for (const request of requestsOf(new OrderFlow(SETTINGS), 2_000)) {
    if (request.kind === 'cancel') continue;
    const body = JSON.parse(request.body) as Body;
    const { position, priceInCents = 0, timeInForce, type } = body;
    const isBuy = position === 'buy';
    if (type === 'market') assert.equal(body.priceInCents, undefined);
    else if (request.rests) assert(isBuy ? priceInCents <= 5_900 : priceInCents >= 14_100);
    else assert.deepEqual([priceInCents, timeInForce], [isBuy ? 10_500 : 9_500, 'ioc']);
  }
});

test('nobody buys and sells one symbol, which would be refused', () => {
  const sides = new Map<string, string>();
  for (const request of requestsOf(new OrderFlow(SETTINGS), 5_000)) {
    if (request.kind === 'cancel') continue;
    const { position, symbol } = JSON.parse(request.body) as Body;
    const key = `${request.user} ${symbol}`;
    assert.equal(sides.get(key) ?? position, position);
    sides.set(key, position);
  }
});
