// The generator processes against a server that answers as the product would, or worse.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { readHeadSeq } from '../../bench/harness/head-seq.ts';
import { LoadProcess } from '../../bench/load/load-process.ts';
import type { FlowReport, OrderReport, StreamReport } from '../../bench/load/protocol.ts';
import { type FakeBroker, type Faults, startFakeBroker, TOKEN } from './fake-broker.ts';

const USER = { userId: 'usr_00alice', token: TOKEN };
const SYMBOLS = [{ name: 'IBM', priceInCents: 18_190 }];

function startOrders(t: TestContext, { target }: FakeBroker): LoadProcess<OrderReport> {
  const load = new LoadProcess<OrderReport>({
    plan: {
      kind: 'OrderPlan',
      target,
      users: [USER],
      symbols: SYMBOLS,
      ratePerSecond: 500,
      warmUpOrders: 10,
      measuredOrders: 50,
      connections: 4,
    },
    progress: () => undefined,
  });
  t.after(() => load.kill());
  return load;
}

function startStreams(
  t: TestContext,
  { target }: FakeBroker,
  token = TOKEN,
): LoadProcess<StreamReport> {
  const load = new LoadProcess<StreamReport>({
    plan: {
      kind: 'StreamPlan',
      target,
      users: [{ ...USER, token }],
      symbols: ['IBM'],
      streams: 6,
      symbolsPerStream: 3,
      orderStreamsPerUser: 2,
      parseOneIn: 4,
    },
    progress: () => undefined,
  });
  t.after(() => load.kill());
  return load;
}

/** Orders and streams at once, to the end. */
async function runBoth(t: TestContext, faults: Faults) {
  const broker = await startFakeBroker(t, faults);
  const streams = startStreams(t, broker);
  await streams.reached('ready');
  const orders = startOrders(t, broker);
  await orders.reached('ready');
  streams.tell({ kind: 'Begin' });
  orders.tell({ kind: 'Begin' });
  await orders.reached('warm');
  await orders.reached('sent');
  const orderReport = await orders.report;
  streams.tell({ kind: 'Finish', headSeqs: { [USER.userId]: broker.headSeq() } });
  return { broker, orders: orderReport, streams: await streams.report };
}

test('every order is sent once and every answer and event is counted', async (t) => {
  const { broker, orders, streams } = await runBoth(t, {});
  assert.equal(broker.bodies.length, 60);
  assert.equal(broker.connections, 4 + 6);
  assert.deepEqual(orders.statuses, { 201: 60 });
  assert.deepEqual(orders.errors, {});
  assert.equal(orders.noAnswer, 0);
  assert.equal(orders.placed.count, 50); // the warm-up is not timed
  assert.equal(orders.lateness.count, 50);
  assert.ok(orders.placed.p50Ms >= orders.lateness.p50Ms);
  assert.equal(orders.takenOrders[USER.userId]?.length, 60);

  assert.equal(streams.parsedStreams, 3); // streams 0 and 1 for their orders, 4 as every fourth
  assert.deepEqual(streams.events, { hello: 3, order: 180, price: 6 });
  assert.deepEqual([streams.missing, streams.repeated], [0, 0]);
  assert.deepEqual(streams.closed, {});
  assert.deepEqual(
    new Set(streams.seenOrders[USER.userId]),
    new Set(orders.takenOrders[USER.userId]),
  );
  assert.equal(streams.orderEventDelay.count, 180);
  assert.equal(streams.priceAge.count, 0); // its only prices came before it was timed
  assert.ok(streams.bytes > 6 * 60 * 50, 'bytes of unparsed streams count too');
});

test('beyond what is carried, answers to what was sent before it was timed count as answers', async (t) => {
  const [warmUp, timed] = [50, 100];
  const { target } = await startFakeBroker(t, { holdUntil: warmUp + 10 });
  const load = new LoadProcess<FlowReport>({
    plan: {
      kind: 'FlowPlan',
      ...{ target, users: [USER], symbols: SYMBOLS, userZipf: 0, symbolZipf: 0, seed: 1 },
      mix: { resting: 1, marketable: 0, market: 0, cancel: 0 },
      ...{ ratePerSecond: 100, warmUpSeconds: warmUp / 100, seconds: timed / 100 },
      ...{ connections: 2 * warmUp, outcomesFile: null }, // one request at a time on each
    },
    progress: () => undefined,
  });
  t.after(() => load.kill());
  await load.reached('ready');
  load.tell({ kind: 'Begin' });
  const { answersInTime, placed, sent } = await load.report;
  assert.deepEqual([answersInTime, placed.count, sent], [warmUp + timed, timed, warmUp + timed]);
});

test('events that are lost or come twice are found', async (t) => {
  const { streams } = await runBoth(t, { loseEventEvery: 25, repeatEventEvery: 15 });
  // Of 60, numbers 25 and 50 are lost and 15, 30, 45 and 60 come twice, on both streams that carry
  // orders.
  assert.deepEqual([streams.missing, streams.repeated], [4, 8]);
});

test('refusals and cut connections are counted by what they were, and no order of theirs is taken', async (t) => {
  const { orders } = await runBoth(t, { refuseEvery: 7, cutEvery: 20 });
  assert.deepEqual(orders.statuses, { 201: 49, 503: 8, 'no status': 3 });
  assert.equal(orders.errors['503 busy'], 8);
  assert.equal(orders.takenOrders[USER.userId]?.length, 49);
  assert.equal(orders.noAnswer, 0);
});

test('streams that are refused are counted with the reason', async (t) => {
  const broker = await startFakeBroker(t);
  const streams = startStreams(t, broker, 'token-of-nobody');
  await streams.reached('ready');
  streams.tell({ kind: 'Begin' });
  streams.tell({ kind: 'Finish', headSeqs: { [USER.userId]: 0 } });
  assert.deepEqual((await streams.report).closed, { 'answered 401': 6 });
});

test('the head of a user is what a stream is greeted with', async (t) => {
  const broker = await startFakeBroker(t);
  assert.equal(await readHeadSeq(broker.target, USER), 0);
  await assert.rejects(
    readHeadSeq(broker.target, { ...USER, token: 'token-of-nobody' }),
    /usr_00alice gave no hello: answered 401/,
  );
});

test('a generator that ends before its time fails its phases and its report', async (t) => {
  const broker = await startFakeBroker(t);
  const load = startOrders(t, broker);
  await load.reached('ready');
  load.kill();
  await assert.rejects(load.report, /OrderPlan process ended by SIGKILL/);
  await assert.rejects(load.reached('sent'), /OrderPlan process ended by SIGKILL/);
});
