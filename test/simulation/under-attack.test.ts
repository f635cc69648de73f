// The broker under everything at once, first with faults, then without: then all must settle. Each
// seed draws its own faults and rates. SEED=... repeats a run, ROUNDS=... runs that many.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Account, UserEvent } from '../../src/actors/order-shard/protocol.ts';
import type { Order } from '../../src/domain/order.ts';
import { LIMITS } from '../../src/limits.ts';
import { Prng } from '../../src/runtime/simulation/prng.ts';
import { Attacker, type AttackPeriods } from './attacker.ts';
import { Books } from './books.ts';
import { BrokerSimulation, type Trouble, USERS } from './broker-simulation.ts';
import { EventReaders } from './event-readers.ts';
import { rounds, seedOf } from './seed.ts';

const ORDERS_EACH = 20;
const VIRTUAL_MINUTE = 60_000;
/** Invariants: 10 s after the last fault, or after the last submit that it touched is too late. */
const RECOVERY_MS = LIMITS.notAfterMs + 10_000;
/** Longer than a quote takes to come back, and than a request to the exchange is waited for. */
const REST_MS = LIMITS.venueRequestMs + 1_000;
const ROUNDS_USUAL = 8;

/** Incidents that only a bug of ours brings about while the exchange keeps its protocol. */
const NEVER = [
  'external_id_conflict',
  'trade_conflict',
  'overfill',
  'fill_outside_limit',
  'order_resurrected',
];

interface Plan extends Trouble, AttackPeriods {
  readonly isStrangerThere: boolean;
}

for (let round = 1; round <= rounds(ROUNDS_USUAL); round++) {
  test(`after the faults end everything settles and agrees with the exchange (${round})`, async (t) => {
    const seed = seedOf(t);
    const plan = planOf(seed);
    t.diagnostic(JSON.stringify(plan));
    const { broker, readers } = await attacked(t, seed, plan);
    reportFaults(t, broker);
    await assertSettles(broker);
    await assertAcknowledged(broker);
    broker.stopMarket();
    await broker.untilDone(broker.pause(REST_MS), VIRTUAL_MINUTE);
    const books = new Books(broker);
    assert.deepEqual(books.unsettled(), []);
    // A stranger's execution may wait for an owner for longer than this.
    assert.deepEqual(books.broken({ settled: !plan.isStrangerThere }), []);
    await assertEvents(broker, readers);
    await assertEmpty(broker);
  });
}

test('I26 under every fault a run is a function of its seed', async (t) => {
  const seed = seedOf(t);
  const hashes: string[] = [];
  for (const one of [seed, seed]) {
    const { broker } = await attacked(t, one, planOf(one));
    hashes.push(broker.simulation.traceHash());
  }
  assert.equal(hashes[0], hashes[1]);
});

/** The safety phase: customers trade while everything goes wrong. */
async function attacked(t: TestContext, seed: string, plan: Plan) {
  const broker = new BrokerSimulation(t, seed, plan);
  const readers = readersOf(broker);
  await broker.untilDone(broker.fund(), 5 * VIRTUAL_MINUTE);
  if (plan.isStrangerThere) broker.tradeAsStranger();
  const attacker = new Attacker(targetOf(broker), plan, broker.environment);
  broker.venueFaults.begin();
  const trading = Promise.all(broker.customers.map((customer) => customer.trade(ORDERS_EACH)));
  await broker.untilDone(trading, 60 * VIRTUAL_MINUTE);
  broker.venueFaults.end();
  attacker.stop();
  broker.stopCrashes();
  return { broker, readers };
}

function planOf(seed: string): Plan {
  const chance = new Prng(`plan/${seed}`);
  const rate = (max: number) => (chance.next() < 0.4 ? 0 : chance.next() * max);
  const period = (minMs: number) => (chance.next() < 0.5 ? null : minMs * (1 + chance.int(5)));
  return {
    messageDelayMaxMs: [1, 1, 20, 200][chance.int(4)] ?? 1,
    crashBetweenCommitAndRelease: rate(0.005),
    venue: {
      requestLost: rate(0.1),
      replyLost: rate(0.15),
      late: rate(0.15),
      errorBefore: rate(0.1),
      errorAfter: rate(0.15),
      notWritten: rate(0.1),
      frameLost: rate(0.05),
      frameRepeated: rate(0.05),
      feedSilent: rate(0.01),
    },
    echo: chance.next() < 0.3,
    threadCrashMs: period(400),
    processCrashMs: period(800),
    feedCutMs: period(200),
    dayEndMs: period(500),
    poisonMs: period(500),
    amendMs: period(200),
    isStrangerThere: chance.next() < 0.3,
  };
}

function targetOf(broker: BrokerSimulation) {
  const { simulation, venue } = broker;
  return {
    threads: () => simulation.snapshots().map(({ thread }) => thread),
    crashThread: (thread: string) => simulation.crashThread(thread),
    crashProcess: () => simulation.crashProcess(),
    cutFeeds: () => venue.cutFeeds(),
    poison: (draw: number) => broker.poison(draw),
    amend: (which: number, how: number) => broker.amendTrade(which, how),
    changeDay: (day: number) => void broker.changeDay(day),
  };
}

function readersOf(broker: BrokerSimulation): EventReaders {
  const port = {
    openEdge: (listener: Parameters<typeof broker.simulation.edge>[1]) =>
      broker.simulation.edge('gateway/0', listener),
    pause: (ms: number) => broker.pause(ms),
  };
  return new EventReaders(
    port,
    USERS.map((userId) => [userId, broker.shardOf(userId)] as const),
  );
}

function reportFaults(t: TestContext, { simulation, venueFaults }: BrokerSimulation): void {
  const { processCrashes, threadCrashes } = simulation;
  const faults = Object.fromEntries(venueFaults.counts);
  t.diagnostic(JSON.stringify({ processCrashes, threadCrashes, ...faults }));
}

/** I25: nothing stays pending, nothing is left over, all within the recovery time. */
async function assertSettles(broker: BrokerSimulation): Promise<void> {
  const books = new Books(broker);
  const settled = async () => {
    while (books.unsettled().length > 0) await broker.pause(250);
  };
  await broker.untilDone(settled(), RECOVERY_MS).catch((error: unknown) => {
    assert.deepEqual(books.unsettled(), []);
    throw error;
  });
  assert.deepEqual(books.broken(), []);
  assert.deepEqual(
    books.incidents().filter((kind) => NEVER.includes(kind)),
    [],
  );
}

/** I10: what was answered 2xx is there, a cancel as well. */
async function assertAcknowledged(broker: BrokerSimulation): Promise<void> {
  const orders = new Map(new Books(broker).orders().map((order) => [order.id, order]));
  for (const { acknowledged, cancelled } of broker.customers) {
    for (const [key, orderId] of acknowledged) {
      assert.equal(orders.get(orderId)?.idempotencyKey, key, `order ${orderId} is lost`);
    }
    for (const orderId of cancelled) {
      const order = orders.get(orderId);
      assert(order !== undefined);
      const isDone = !order.isOpen || order.cancelsRefused === order.cancelsRequested;
      assert(isDone, `the cancel of ${orderId} is lost`);
      assert(order.cancelsRequested > 0 || !order.isOpen, `the cancel of ${orderId} left no trace`);
    }
  }
}

/** I24: at rest nobody waits for anything, and nothing is remembered that is over. */
async function assertEmpty(broker: BrokerSimulation): Promise<void> {
  for (const counts of await broker.untilDone(broker.waiting(), VIRTUAL_MINUTE)) {
    assert.deepEqual(Object.values(counts).filter(Boolean), [], JSON.stringify(counts));
  }
}

/** I18: what was told as it happened is what is read later. I19: its fold is what GET gives. */
async function assertEvents(broker: BrokerSimulation, readers: EventReaders): Promise<void> {
  assert.deepEqual(readers.problems, []);
  for (const userId of USERS) {
    const delivered = readers.delivered(userId);
    const kept = await broker.untilDone(broker.events(userId), VIRTUAL_MINUTE);
    assert.deepEqual(delivered, kept);
    const { orders, account } = fold(delivered);
    for (const order of orders.values()) {
      const now = await broker.untilDone(broker.order(userId, order.id), VIRTUAL_MINUTE);
      assert.deepEqual(order, now);
    }
    assert.deepEqual(account, await broker.untilDone(broker.account(userId), VIRTUAL_MINUTE));
  }
}

function fold(events: readonly UserEvent[]) {
  const orders = new Map<string, Order>();
  let account: Account | null = null;
  for (const event of events) {
    if (event.topic === 'account') account = event.account;
    else orders.set(event.order.id, event.order);
  }
  return { orders, account };
}
