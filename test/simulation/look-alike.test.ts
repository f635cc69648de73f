// A stranger's order at the exchange under an id that could be one of ours.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Books } from '../../proof/simulation/books.ts';
import { BrokerSimulation } from '../../proof/simulation/broker-simulation.ts';
import { People } from '../../proof/simulation/people.ts';
import { seedOf } from '../../proof/simulation/seed.ts';
import { isTrade } from '../../proof/simulation/simulated-venue.ts';
import { HOUSE_USER_ID } from '../../src/domain/ids.ts';

const VIRTUAL_MINUTES = 60_000;
/** Of a bucket whose shard is not the one of the house. */
const LOOK_ALIKE = 'ord_ff00000000012345';

for (const echo of [true, false]) {
  test(`E22 its trades are the house's, ${echo ? 'at once' : 'once the exchange has named it'}, over a restart`, async (t) => {
    const broker = new BrokerSimulation(t, seedOf(t), { echo });
    await broker.untilDone(new People(broker).arrive(1, 0), 5 * VIRTUAL_MINUTES);
    broker.venue.tradeAsStranger(LOOK_ALIKE);
    await broker.untilDone(houseHolds(broker), 10 * VIRTUAL_MINUTES);
    broker.simulation.crashProcess();
    await broker.untilDone(broker.pause(30_000), 5 * VIRTUAL_MINUTES);

    const books = new Books(broker);
    const house = books.orders().filter(({ userId }) => userId === HOUSE_USER_ID);
    assert.equal(
      house.reduce((sum, { cumQty }) => sum + cumQty, 0),
      tradedAtExchange(broker),
    );
    assert.deepEqual(new Set(books.incidents()), new Set(['stray_trade']));
    // Whose it is nobody can say: for the auditor it may be an order that we have lost.
    const alone = `${LOOK_ALIKE} is known to the exchange alone`;
    assert.deepEqual(books.unsettled(), [alone], 'nothing is quarantined, nothing waits');
    const [lost, ...others] = books.broken();
    assert.match(lost ?? '', new RegExp(`^I14: order ${alone}`));
    assert.deepEqual(others, []);
  });
}

/** All that the stranger's order has traded; it must have traded something. */
async function houseHolds(broker: BrokerSimulation): Promise<void> {
  for (;;) {
    const house = new Books(broker).orders().filter(({ userId }) => userId === HOUSE_USER_ID);
    const held = house.reduce((sum, { cumQty }) => sum + cumQty, 0);
    if (held > 0 && held === tradedAtExchange(broker)) return;
    await broker.pause(100);
  }
}

function tradedAtExchange({ venue }: BrokerSimulation): number {
  const trades = venue.records.filter(isTrade);
  const own = trades.filter(({ clientOrderId }) => clientOrderId === LOOK_ALIKE);
  return own.reduce((sum, { lastQty }) => sum + (lastQty ?? 0), 0);
}
