import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Books } from './books.ts';
import { BrokerSimulation, type Faults } from './broker-simulation.ts';
import { seedOf } from './seed.ts';

const ORDERS_EACH = 25;
const VIRTUAL_MINUTES = 60_000;

/** Trades, then lets everything come to rest. */
async function run(t: TestContext, seed: string, faults: Faults = {}): Promise<BrokerSimulation> {
  const broker = new BrokerSimulation(t, seed, faults);
  await broker.untilDone(broker.fund(), 5 * VIRTUAL_MINUTES);
  const trading = Promise.all(broker.customers.map((customer) => customer.trade(ORDERS_EACH)));
  await broker.untilDone(trading, 30 * VIRTUAL_MINUTES);
  return broker;
}

test('I26 the order path is a function of its seed: same seed, same trace; another seed, another', async (t) => {
  const seed = seedOf(t);
  const faults = { crashBetweenCommitAndRelease: 0.002 };
  const hashes: string[] = [];
  for (const one of [seed, seed, `${seed}'`]) {
    hashes.push((await run(t, one, faults)).simulation.traceHash());
  }
  assert.equal(hashes[0], hashes[1]);
  assert.notEqual(hashes[0], hashes[2]);
});

for (const [name, faults] of [
  ['without faults', {}],
  ['with crashes between commit and release', { crashBetweenCommitAndRelease: 0.005 }],
  ['with crashes at any step', { crashPerStep: 0.0005 }],
] as const) {
  test(`every acknowledged order ends as the exchange says, ${name}`, async (t) => {
    const seed = seedOf(t);
    const broker = await run(t, seed, faults);
    t.diagnostic(`${broker.simulation.processCrashes} crashes`);
    await broker.untilDone(agreement(broker), 30 * VIRTUAL_MINUTES);
    await broker.untilDone(broker.pause(3_000), VIRTUAL_MINUTES);
    assert.deepEqual(new Books(broker).broken(), []);
  });
}

/** Waits until each acknowledged order has what the exchange's own log says. */
async function agreement(broker: BrokerSimulation): Promise<void> {
  for (const customer of broker.customers) {
    for (const orderId of customer.acknowledged.values()) {
      for (;;) {
        const order = await broker.order(customer.userId, orderId);
        if (order.cumQty === tradedAtExchange(broker, orderId) && isSettled(order.status)) break;
        await broker.pause(100);
      }
    }
  }
}

function isSettled(status: string): boolean {
  return status !== 'pending' && status !== 'pending_cancel';
}

function tradedAtExchange(broker: BrokerSimulation, orderId: string): number {
  let traded = 0;
  for (const record of broker.venue.records) {
    if (record.kind !== 'execution' || record.clientOrderId !== orderId) continue;
    if (record.execKind === 'trade') traded += record.lastQty ?? 0;
  }
  return traded;
}
