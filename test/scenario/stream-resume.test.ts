// Two hundred streams that break at random moments while orders are placed and filled: whoever
// comes back with Last-Event-ID, to whichever gateway, has every event once (I18, I19).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Follower, totalOf } from '../streams/follower.ts';
import { Random, seed } from '../streams/random.ts';
import { tokensOf } from '../streams/tokens.ts';
import { startTraders } from '../streams/traders.ts';
import type { Answer, Api } from './api.ts';
import { type Outcry, until } from './outcry.ts';
import { newCustomer, startProduct } from './product.ts';

const SEED = seed();
const CUSTOMERS = 4;
const FOLLOWERS_EACH = 2;
const BREAKS = 200;
const ORDERS_MIN = 100;
const BY_THE_CLIENT = ['close', 'reset', 'half-close', 'in-a-frame'] as const;
const WAYS = [...BY_THE_CLIENT, 'goaway'] as const;
/** Tokens count whole seconds: at least one of them is left. */
const SHORT_LIFE_MS = 2_000;

test('200 random breaks under load lose no event and repeat none', async (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const { outcry } = await startProduct(t, { environment: { OUTCRY_GATEWAY_THREADS: '2' } });
  const customers = await Promise.all(
    Array.from({ length: CUSTOMERS }, (_, n) =>
      newCustomer(outcry, `trader-${n}`, [
        { asset: 'USD', amount: 100_000_000 },
        { asset: 'ABC', amount: 1_000 },
        { asset: 'XYZ', amount: 1_000 },
      ]),
    ),
  );
  const traders = startTraders(customers, ['ABC', 'XYZ']);
  const breakers = await Promise.all(
    customers.flatMap((api, n) =>
      Array.from({ length: FOLLOWERS_EACH }, (_, m) =>
        breakerOf(outcry, api, SEED + n * FOLLOWERS_EACH + m),
      ),
    ),
  );
  t.after(() => breakers.forEach(({ follower }) => void follower.stream?.leave('close')));
  await Promise.all(breakers.map((breaker) => breaker.run(BREAKS / breakers.length)));
  await traders.stop();
  assert(traders.placed >= ORDERS_MIN, `a load of ${traders.placed} orders`);

  const followers = breakers.map(({ follower }) => follower);
  for (const [n, api] of customers.entries()) {
    const own = followers.slice(n * FOLLOWERS_EACH, (n + 1) * FOLLOWERS_EACH);
    await assertSameAsFresh(outcry, api, own);
  }
  const gateways = new Set(followers.flatMap((follower) => [...follower.gateways]));
  assert.deepEqual([...gateways].sort(), ['0', '1'], 'both gateways have served');
  const ends = WAYS.map((way) => breakers.reduce((sum, { ways }) => sum + (ways.get(way) ?? 0), 0));
  assert(
    ends.every((count) => count > 0),
    `every way to break was taken: ${ends}`,
  );
  const expired = totalOf(followers, 'goaway expired');
  t.diagnostic(`${traders.placed} orders; ${WAYS.map((way, i) => `${way} ${ends[i]}`).join(', ')}`);
  assert.equal(expired, breakers.length);
});

/** One follower whose stream breaks again and again, and is opened again at once. */
async function breakerOf(outcry: Outcry, api: Api, own: number) {
  const random = new Random(own);
  const { body } = await api.get('/account');
  const shortToken = tokensOf(outcry.dataDir);
  const port = Number(new URL(outcry.url).port);
  const terms = { port, token: api.token, query: 'symbols=ABC,XYZ&orders=true' };
  const follower = new Follower({ ...terms, keeps: true });
  const ways = new Map<string, number>();

  const awaitExpiry = async (): Promise<void> => {
    const stream = follower.open({ token: await shortToken(body.userId, SHORT_LIFE_MS) });
    await until(() => stream.isOver, 'the stream to end with its token');
  };
  const breakOnce = async (way: (typeof WAYS)[number]): Promise<void> => {
    ways.set(way, (ways.get(way) ?? 0) + 1);
    if (way === 'goaway') return awaitExpiry();
    const stream = follower.open({ token: api.token });
    if (way !== 'in-a-frame') {
      await sleep(random.below(80)); // at some moment, also before the answer
      return stream.leave(way);
    }
    stream.leaveAfter(1 + random.below(12_000));
    await until(() => stream.isOver, 'so many bytes to come');
  };
  return {
    follower,
    ways,
    async run(breaks: number): Promise<void> {
      const sentAwayAt = random.below(breaks);
      for (let n = 0; n < breaks; n++) {
        await breakOnce(n === sentAwayAt ? 'goaway' : random.oneOf(BY_THE_CLIENT));
      }
      follower.open({ token: api.token });
    },
  };
}

/** Each has what a reader from the first event on has, which folds to what GET says. */
async function assertSameAsFresh(outcry: Outcry, api: Api, own: readonly Follower[]) {
  const port = Number(new URL(outcry.url).port);
  const fresh = new Follower({ port, token: api.token, query: 'orders=true', keeps: true });
  fresh.open();
  await until(
    () => fresh.isGreeted && fresh.lastSeq >= (fresh.headSeq ?? 0),
    'a fresh reader to reach the head',
  );
  await until(() => own.every(({ lastSeq }) => lastSeq === fresh.lastSeq), 'the others to as well');
  for (const { problems, said } of [...own, fresh]) {
    assert.deepEqual(problems, []);
    assert.deepEqual([...said.keys()], [...fresh.said.keys()]);
    for (const [seq, text] of said) assert.equal(text, fresh.said.get(seq));
  }
  fresh.stream?.leave('close');
  await assertFolds(api, fresh.said.values());
}

async function assertFolds(api: Api, said: Iterable<string>): Promise<void> {
  const orders = new Map<string, Answer['body']>();
  for (const text of said) {
    const { order } = JSON.parse(text.slice(text.indexOf(' ')));
    if (order !== undefined) orders.set(order.id, order);
  }
  for (const [id, order] of [...orders].slice(-20)) {
    assert.deepEqual((await api.get(`/order/${id}`)).body, order);
  }
  let listed = 0;
  let cursor = '';
  do {
    const { body } = await api.get(`/orders?limit=200${cursor}`);
    listed += body.orders.length;
    for (const { id, status, version } of body.orders) {
      assert.deepEqual([orders.get(id).status, orders.get(id).version], [status, version], id);
    }
    cursor = body.pagination.hasMore ? `&cursor=${body.pagination.nextCursor}` : '';
  } while (cursor !== '');
  assert.equal(listed, orders.size);
}
