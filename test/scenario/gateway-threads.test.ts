// The whole product with three gateway threads: what goes to each of them, what the exchange sees
// of it, what is left of ten thousand clients, and what a stop and a start mean to a stream.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import { comeAndGo } from '../streams/comings.ts';
import { Follower, totalOf } from '../streams/follower.ts';
import { Random, seed } from '../streams/random.ts';
import {
  heldIn,
  isNothingHeld,
  linkBetween,
  type Threads,
  threadOf,
  threadsOf,
} from '../streams/threads-seen.ts';
import { startTraders } from '../streams/traders.ts';
import { Outcry, until } from './outcry.ts';
import { limitOrder, type Product, startProduct, taken } from './product.ts';
import { MARKET } from './quiet-tape.ts';

const SEED = seed();
const GATEWAYS = ['0', '1', '2'];
const ENVIRONMENT = { OUTCRY_GATEWAY_THREADS: String(GATEWAYS.length) };
const PRICES = 20;
const COMINGS = 10_000;
const STREAMS = 30;
const REPORTS_PER_S = 1_000 / 1_000;

test('three gateway threads', async (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const product = await startProduct(t, { environment: ENVIRONMENT });
  await t.test(
    'a symbol goes only to the gateways with a watcher; the others get reports alone',
    () => onlyToWatchers(product),
  );
  await t.test(
    'the exchange has one reader of its prices and one of its trades, whoever watches',
    () => oneFeedEach(product),
  );
  await t.test(`of ${COMINGS} clients that came and went nothing is left`, (t) =>
    nothingIsLeft(t, product),
  );
  await t.test(
    'a stop sends every stream away, and after the start all are back and miss nothing',
    (t) => backAfterRestart(t, product),
  );
});

async function onlyToWatchers(product: Product): Promise<void> {
  const { outcry, bob } = product;
  const watchers = [
    await followerOn('0', product, 'symbols=ABC'),
    await followerOn('1', product, 'symbols=XYZ'),
    await followerOn('2', product, 'orders=true'),
  ];
  const admin = outcry.admin();
  const settled = {
    ...{ streams: 3, stalledStreams: 0, heldBytes: 0, symbols: 2 },
    ...{ users: 1, usersWithStreams: 3, watchers: 2 },
  };
  await until(
    async () => isSame(heldIn(await threadsOf(admin)), { ...settled, usersWatched: 1 }),
    'only those three to be left',
  );
  const before = await threadsOf(admin);
  const traders = startTraders([bob], ['ABC']);
  let after = before;
  await until(async () => {
    after = await threadsOf(admin);
    return messagesTo('0', after) - messagesTo('0', before) >= PRICES;
  }, `${PRICES} prices to be sent`);
  await traders.stop();

  const sent = GATEWAYS.map((gateway) => messagesTo(gateway, after) - messagesTo(gateway, before));
  const reports = reportsBetween(before, after);
  assert((sent[0] ?? 0) >= PRICES);
  const reportBytes = JSON.stringify(threadOf(after, 'market-0')).length;
  for (const gateway of ['1', '2']) {
    assert((sent[Number(gateway)] ?? 0) <= reports, `${sent} messages, ${reports} reports`);
    const bytes = bytesTo(gateway, after) - bytesTo(gateway, before);
    assert(bytes <= reports * reportBytes, `${bytes} bytes, reports of ${reportBytes}`);
  }
  await until(() => (watchers[0]?.prices.get('ABC')?.seq ?? 0) > 0, 'a price');
  for (const { stream } of watchers) stream?.leave('close');
}

async function oneFeedEach(product: Product): Promise<void> {
  const { outcry, exchange } = product;
  const query = `symbols=${Object.keys(MARKET)}&orders=true`;
  const followers = Array.from({ length: STREAMS }, () => followerOf(product, query));
  for (const follower of followers) follower.open();
  await until(() => followers.every(({ isGreeted }) => isGreeted), 'all to be greeted');
  const gateways = new Set(followers.flatMap((follower) => [...follower.gateways]));
  assert.deepEqual([...gateways].sort(), GATEWAYS);

  const one = { readers: 1, subscriptions: 1 };
  const { executions, prices } = await exchange.readers();
  assert.deepEqual({ executions, prices }, { executions: one, prices: one });
  const metrics = await (await fetch(`${outcry.url}/metrics`)).text();
  assert.match(metrics, /^outcry_exchange_connections\{lane="priceFeed"\} 1$/m);
  assert.match(metrics, /^outcry_exchange_connections\{lane="tradeFeed"\} 1$/m);
  for (const { stream } of followers) stream?.leave('close');
}

async function nothingIsLeft(t: TestContext, { outcry, alice, bob }: Product): Promise<void> {
  const admin = outcry.admin();
  await until(async () => isNothingHeld(await threadsOf(admin)), 'the streams before to be gone');
  const before = await threadsOf(admin);
  const filesBefore = openFiles(outcry.brokerPid);
  const counts = await comeAndGo({
    port: Number(new URL(outcry.url).port),
    tokens: [alice.token, bob.token],
    random: new Random(SEED),
    count: COMINGS,
    atATime: 100,
  });
  t.diagnostic([...counts].map(([what, count]) => `${what}: ${count}`).join(', '));
  const opened = openedIn(await threadsOf(admin)) - openedIn(before);
  assert(opened >= COMINGS / 4, `only ${opened} streams were opened`);

  await until(async () => isNothingHeld(await threadsOf(admin)), 'every index to be empty');
  await until(() => openFiles(outcry.brokerPid) <= filesBefore + 20, 'the sockets to be closed');
  const after = await threadsOf(admin);
  for (const gateway of GATEWAYS) {
    const { timers, pendingAsks } = threadOf(after, `gateway-${gateway}`);
    assert(timers <= threadOf(before, `gateway-${gateway}`).timers + 1, `${timers} timers`);
    assert(pendingAsks <= 1, `${pendingAsks} asks`);
  }
}

async function backAfterRestart(t: TestContext, product: Product): Promise<void> {
  const { outcry, exchange, alice } = product;
  let isStopped = false;
  const followers = Array.from({ length: STREAMS }, (_, n) => {
    const query = n % 3 === 0 ? 'symbols=ABC' : 'symbols=ABC&orders=true';
    const follower: Follower = followerOf(product, query, () => {
      setTimeout(() => isStopped || follower.open(), LIMITS.streamRetryMs);
    });
    follower.open();
    return follower;
  });
  t.after(() => {
    isStopped = true;
    for (const { stream } of followers) stream?.leave('close');
  });
  const withOrders = followers.filter((_, n) => n % 3 !== 0);
  await taken(alice, limitOrder('buy', 1, 10_001));
  await until(() => followers.every(({ isGreeted }) => isGreeted), 'all to be greeted');
  const resting = await taken(alice, limitOrder('buy', 1, 9_900));
  assert.equal(await outcry.stop(), 0);
  assert.equal(totalOf(followers, 'goaway shutdown'), STREAMS, 'everybody was told');
  assert.equal(totalOf(followers, 'complete'), STREAMS, 'and every body ended as it should');

  const again = new Outcry(outcry.dataDir, {
    ...ENVIRONMENT,
    OUTCRY_EXCHANGE_URL: exchange.url,
    OUTCRY_PORT: new URL(outcry.url).port,
  });
  t.after(() => again.stop());
  await again.ready();
  const cancelled = await again.user(0).cancel(resting);
  assert.equal(cancelled.status, 200, JSON.stringify(cancelled.body));
  const { body } = await again.user(0).get('/account');
  const fresh = new Follower({ ...termsOf(again.url, alice.token), query: 'orders=true' });
  fresh.open();
  t.after(() => fresh.stream?.leave('close'));
  await until(
    () => fresh.isGreeted && fresh.lastSeq >= (fresh.headSeq ?? Number.NaN),
    `all events of ${body.userId}`,
  );
  const isBack = (follower: Follower) =>
    totalOf([follower], 'answered 204') === 0 && follower.isGreeted;
  await until(() => followers.every(isBack), 'all to be back by themselves');
  await until(() => withOrders.every(({ lastSeq }) => lastSeq >= fresh.lastSeq), 'all events');
  for (const { problems, counts } of followers) {
    assert.deepEqual(problems, []);
    assert.equal(counts.get('answered 204'), undefined, 'which would end an EventSource for good');
  }
  assert(totalOf(withOrders, 'hello resumed') >= 2 * withOrders.length);
}

function termsOf(url: string, token: string) {
  return { port: Number(new URL(url).port), token };
}

function followerOf({ outcry, alice }: Product, query: string, onEnded?: () => void): Follower {
  const options = { ...termsOf(outcry.url, alice.token), query };
  return new Follower(onEnded === undefined ? options : { ...options, onEnded });
}

/** The kernel chooses the thread: tried until it is that one. */
async function followerOn(gateway: string, product: Product, query: string): Promise<Follower> {
  for (;;) {
    const follower = followerOf(product, query);
    follower.open();
    await until(() => follower.isGreeted, 'a hello');
    if (follower.gateways.has(gateway)) return follower;
    follower.stream?.leave('close');
  }
}

function isSame(held: Record<string, number>, expected: Record<string, number>): boolean {
  return Object.entries(expected).every(([what, size]) => held[what] === size);
}

function messagesTo(gateway: string, threads: Threads): number {
  return linkBetween(threads, 'market-0', `gateway-${gateway}`).messagesSent;
}

function bytesTo(gateway: string, threads: Threads): number {
  return linkBetween(threads, 'market-0', `gateway-${gateway}`).bytesSent;
}

/** How many reports of the market's thread lie between its two snapshots, at the most. */
function reportsBetween(before: Threads, after: Threads): number {
  const ms = threadOf(after, 'market-0').uptimeMs - threadOf(before, 'market-0').uptimeMs;
  return Math.ceil((ms / 1_000) * REPORTS_PER_S) + 1;
}

function openedIn(threads: Threads): number {
  return Object.values(threads).reduce(
    (sum, { counters }) => sum + (counters['streams_opened'] ?? 0),
    0,
  );
}

function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
