import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { shardOf } from '../../src/actors/addresses.ts';
import { audit } from '../../src/audit/audit.ts';
import type { Broker } from '../../src/broker.ts';
import { readMeta } from '../../src/store/data-directory.ts';
import type { Answer, Api } from '../scenario/api.ts';
import { until } from '../scenario/outcry.ts';
import { Follower } from '../streams/follower.ts';
import { brokerHere } from './broker-here.ts';

const STREAMS = 100;
const REOPEN_MS = 50;

test('an order thread that dies is replaced; users of other threads go on, nothing acknowledged is lost', async (t) => {
  const { broker, dataDir, demo, users, fatal } = await brokerHere(t, {
    OUTCRY_ORDER_THREADS: '2',
  });
  const { bucketToShard } = readMeta(join(dataDir, 'meta.json'));
  const threadOf = (n: number) =>
    Number(shardOf(demo.users[n]?.userId ?? '', bucketToShard).split('/')[1]) % 2;
  const [alice, bob] = users;
  assert(alice !== undefined && bob !== undefined);
  const far = { position: 'buy', symbol: 'IBM', type: 'limit', priceInCents: 100 };
  const acknowledged: string[] = [];
  for (let n = 1; n <= 20; n++) {
    const placed: Answer = await alice.place({ ...far, numShares: n });
    assert.equal(placed.status, 201);
    acknowledged.push(placed.body.id);
  }
  await broker.supervisor.crash(`order-${threadOf(0)}`, 'terminate');
  if (threadOf(1) !== threadOf(0)) {
    assert.equal((await bob.place({ ...far, numShares: 1 })).status, 201, 'the other thread works');
  }
  await until(async () => (await alice.get('/account')).status === 200, 'the shard to be back');
  for (const id of acknowledged) {
    assert.equal((await alice.get(`/order/${id}`)).body.status, 'submitted');
  }
  await until(
    async () => (await alice.place({ ...far, numShares: 21 })).status === 201,
    'new orders to be taken',
  );
  assert.deepEqual(fatal, []);
});

test('a gateway thread that throws with 100 streams open takes nothing else with it; its clients resume', async (t) => {
  const { broker, users, fatal } = await brokerHere(t, {});
  const [alice] = users;
  assert(alice !== undefined);
  const streams = await Promise.all(
    Array.from({ length: STREAMS }, () => alice.stream('symbols=IBM&orders=true')),
  );
  const far = { position: 'buy', symbol: 'IBM', type: 'limit', priceInCents: 100, numShares: 1 };
  await alice.place(far);
  await Promise.all(streams.map((s) => s.until(() => s.own.length >= 3, 'the first order')));
  const last = streams[0]?.own.at(-1)?.id;

  await broker.supervisor.crash('gateway-0', 'throw');
  await Promise.all(streams.map((s) => s.until(() => s.hasEnded, 'the stream to break')));
  await until(() => isUp(broker), 'the gateway to be back');

  const { body } = await alice.place({ ...far, numShares: 2 });
  const again = await Promise.all(streams.map(() => alice.stream('symbols=IBM&orders=true', last)));
  t.after(() => {
    for (const stream of again) stream.close();
  });
  for (const stream of again) {
    await stream.until((s) => s.kinds.includes('order_submitted'), 'what was missed');
    const created = stream.own.map(({ data }) => JSON.parse(data)).find((e) => e.order);
    assert.equal(created.order.id, body.id, 'from the first missed event on, nothing twice');
    assert.equal(Number(stream.own[0]?.id), Number(last) + 1);
  }
  assert.deepEqual(fatal, []);
});

test('a gateway thread that dies takes only its own streams: those of the other go on, and its own resume there or at the next', async (t) => {
  const { broker, users, fatal } = await brokerHere(t, { OUTCRY_GATEWAY_THREADS: '2' });
  const [alice] = users;
  assert(alice !== undefined);
  let isOver = false;
  const followers = Array.from({ length: STREAMS }, () => {
    const terms = { port: broker.port, token: alice.token, query: 'symbols=IBM&orders=true' };
    const follower: Follower = new Follower({
      ...terms,
      onEnded: () => setTimeout(() => isOver || follower.open(), REOPEN_MS),
    });
    follower.open();
    return follower;
  });
  t.after(() => {
    isOver = true;
    for (const { stream } of followers) stream?.leave('close');
  });
  await until(() => followers.every(({ isGreeted }) => isGreeted), 'all to be greeted');
  const [dying, staying] = ['0', '1'].map((gateway) =>
    followers.filter(({ gateways }) => gateways.has(gateway)),
  );
  assert(dying !== undefined && staying !== undefined);
  assert(dying.length > 0 && staying.length > 0, `${dying.length} and ${staying.length}`);
  const streams = staying.map(({ stream }) => stream);
  const toldOfOrder = Math.max(...followers.map(({ headSeq }) => headSeq ?? 0)) + 2;
  const far = { position: 'buy', symbol: 'IBM', type: 'limit', priceInCents: 100, numShares: 1 };

  await broker.supervisor.crash('gateway-0', 'throw');
  await until(
    () => dying.every(({ counts }) => counts.has('broken') || counts.has('complete')),
    'its own streams to end',
  );
  await until(async () => (await placed(alice, far)) === 201, 'an order to be taken meanwhile');
  await until(
    () => staying.every(({ lastSeq }) => lastSeq >= toldOfOrder),
    'the others to hear of it',
  );
  await until(
    () => followers.every(({ isGreeted, lastSeq }) => isGreeted && lastSeq >= toldOfOrder),
    'all to be back and to have it too',
  );
  for (const { counts, problems } of staying) {
    assert.deepEqual(problems, []);
    assert.deepEqual([...counts], [['hello resumed', 1]], 'nothing has happened to it');
  }
  assert.deepEqual(
    staying.map(({ stream }) => stream),
    streams,
  );
  for (const { problems, prices } of dying) {
    assert.deepEqual(problems, []);
    assert(prices.has('IBM'));
  }
  assert.deepEqual(fatal, []);
});

test('the market thread dies: a price is stale until it is back, also one that prints no more', async (t) => {
  const quiet = ['--no-echo', '--symbols', '2', '--prints-per-second', '0'];
  const { broker, users, fatal } = await brokerHere(t, {}, quiet);
  const [alice] = users;
  assert(alice !== undefined);
  const stream = await alice.stream('symbols=SYN0001');
  t.after(() => stream.close());
  await stream.until((s) => s.named('price').length === 1, 'its price');
  await broker.supervisor.crash('market-0', 'terminate');
  await stream.until((s) => s.named('price').length === 3, 'it to be stale and fresh again');
  assert.deepEqual(
    stream.named('price').map(({ data }) => JSON.parse(data).stale),
    [undefined, true, undefined],
  );
  assert.deepEqual(fatal, []);
});

test('the exchange thread dies: orders are refused meanwhile, then taken; fills that came meanwhile are booked', async (t) => {
  const settings = { OUTCRY_DUPLICATE_WINDOW_MS: '0' };
  const { broker, users, fatal, dataDir, exchange } = await brokerHere(t, settings);
  const [alice] = users;
  assert(alice !== undefined);
  const buy = { position: 'buy', symbol: 'IBM', type: 'market', numShares: 3 };
  const orders = await Promise.all(Array.from({ length: 20 }, () => alice.place(buy)));
  await broker.supervisor.crash('exchange-0', 'terminate');
  await until(async () => (await alice.place(buy)).status === 201, 'orders to be taken again');
  for (const { status, body } of orders) {
    assert(status < 300, JSON.stringify(body));
    await alice.orderAt(body.id, 'filled', 'cancelled');
  }
  const where = { directory: dataDir, exchangeUrl: exchange.url } as const;
  const report = await audit({ ...where, withoutVenueLog: 'throw', settled: false });
  assert.equal(report.outcome, 'held', JSON.stringify(report.verdicts));
  assert.deepEqual(fatal, []);
});

/** Null when the connection was one of the dead thread's. */
async function placed(api: Api, order: Record<string, unknown>): Promise<number | null> {
  try {
    return (await api.place(order)).status;
  } catch (error) {
    assert(error instanceof TypeError);
    return null;
  }
}

async function isUp(broker: Broker): Promise<boolean> {
  try {
    return (await fetch(`${broker.url}/livez`, { signal: AbortSignal.timeout(500) })).ok;
  } catch (error) {
    assert(error instanceof TypeError || error instanceof DOMException);
    await sleep(10);
    return false;
  }
}
