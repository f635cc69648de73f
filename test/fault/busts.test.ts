// The exchange takes trades back and corrects them: cash, shares and fees are what they would be
// had it been so from the beginning, to the cent, and the customer is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAudited } from '../scenario/audited.ts';
import {
  cashOf,
  limitOrder,
  newCustomer,
  sharesOf,
  startProduct,
  taken,
  takenAtLast,
  tradesOf,
} from '../scenario/product.ts';

test('busts and corrections, ended by the auditor', async (t) => {
  const { outcry, exchange, alice, bob } = await startProduct(t);
  const stream = await alice.stream('orders=true');
  t.after(() => stream.close());
  const eventOf = async (kind: string, orderId: string) => {
    const find = () =>
      stream.own
        .map(({ data }) => JSON.parse(data))
        .find((event) => event.kind === kind && event.order.id === orderId);
    await stream.until(() => find() !== undefined, `${kind} of ${orderId}`);
    return find();
  };

  await t.test(
    'E26 a bust of all that a filled order had traded: cancelled, and every cent is back',
    async () => {
      const [cash, shares] = [await cashOf(alice), await sharesOf(alice)];
      const id = await taken(alice, limitOrder('buy', 10, 10_001));
      await alice.orderAt(id, 'filled');
      assert.equal(await cashOf(alice), cash - 100_010 - 11);
      const [trade] = await tradesOf(alice, id);
      await exchange.control({ do: 'bust', execId: trade.execId });

      const event = await eventOf('trade_busted', id);
      assert.deepEqual(
        [event.execId, event.lastQty, event.lastPriceInCents, event.feeInCents, event.order.cumQty],
        [trade.execId, 10, 10_001, -11, 0],
      );
      const order = await alice.orderAt(id, 'cancelled');
      assert.deepEqual([order.cumQty, order.leavesQty, order.cancel?.reason], [0, 0, 'busted']);
      assert.deepEqual([await cashOf(alice), await sharesOf(alice)], [cash, shares]);
      assert.equal((await tradesOf(alice, id))[0].state, 'busted');
    },
  );

  await t.test('E26 a bust of a part fill: the order works on for all of its shares', async () => {
    const [cash, shares] = [await cashOf(alice), await sharesOf(alice)];
    await taken(bob, limitOrder('sell', 4, 10_000));
    const id = await taken(alice, limitOrder('buy', 6, 10_000));
    await alice.orderAt(id, 'partially_filled');
    const [trade] = await tradesOf(alice, id);
    await exchange.control({ do: 'bust', execId: trade.execId });
    const order = await alice.orderAt(id, 'submitted');
    assert.deepEqual([order.cumQty, order.leavesQty], [0, 6]);
    assert.deepEqual([await cashOf(alice), await sharesOf(alice)], [cash, shares]);

    await taken(bob, limitOrder('sell', 6, 10_000));
    await alice.orderAt(id, 'filled');
    assert.equal(await cashOf(alice), cash - 60_000 - 6);
  });

  await t.test('E29 a correction of quantity and price: as if it had been traded so', async () => {
    const [cash, shares] = [await cashOf(alice), await sharesOf(alice)];
    const id = await taken(alice, limitOrder('buy', 10, 10_001));
    await alice.orderAt(id, 'filled');
    const [trade] = await tradesOf(alice, id);
    const terms = { lastQty: 8, lastPriceInCents: 9_950 };
    await exchange.control({ do: 'correct', execId: trade.execId, ...terms });

    const event = await eventOf('trade_corrected', id);
    assert.deepEqual(
      [
        event.lastQty,
        event.lastPriceInCents,
        event.previous.lastQty,
        event.previous.lastPriceInCents,
      ],
      [8, 9_950, 10, 10_001],
    );
    const order = await alice.orderAt(id, 'cancelled');
    assert.deepEqual([order.cumQty, order.feeInCents], [8, 8]); // a basis point of $796.00
    assert.equal(await cashOf(alice), cash - 79_600 - 8);
    assert.equal(await sharesOf(alice), shares + 8);
  });

  await t.test(
    'E28 the busted shares were sold on: a negative position that may only be closed',
    async () => {
      const dan = await newCustomer(outcry, 'dan', [{ asset: 'USD', amount: 5_000_000 }]);
      const bought = await takenAtLast(dan, limitOrder('buy', 10, 10_001));
      await dan.orderAt(bought, 'filled');
      const sold = await taken(dan, limitOrder('sell', 10, 9_999));
      await dan.orderAt(sold, 'filled');
      const [trade] = await tradesOf(dan, bought);
      await exchange.control({ do: 'bust', execId: trade.execId });
      await dan.orderAt(bought, 'cancelled');
      assert.equal(await sharesOf(dan), -10);
      assert.equal(await cashOf(dan), 5_000_000 + 99_990 - 10);
      assert.equal((await dan.get('/account')).body.tradingState, 'reducing');

      const refused = await dan.place(limitOrder('buy', 11, 10_001));
      assert.deepEqual([refused.status, refused.body.code], [422, 'reduce_only']);
      await dan.orderAt(await taken(dan, limitOrder('buy', 10, 10_001)), 'filled');
      assert.equal(await sharesOf(dan), 0);
    },
  );

  await assertAudited(outcry, exchange);
});
