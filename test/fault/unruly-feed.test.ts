// The execution feed repeats itself, turns its order round, leaves frames out and runs ahead of the
// answers: what it tells is booked once, whole, and in an order that a customer can follow.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAudited, settled } from '../scenario/audited.ts';
import {
  cashOf,
  kindsOf,
  limitOrder,
  sharesOf,
  startProduct,
  taken,
  takenAtLast,
  tradesOf,
} from '../scenario/product.ts';

const PAIRS = 25;
const EARLY = ['order_created', 'order_submitted', 'order_traded'];

for (const [name, options] of [
  ['without our ids', ['--no-echo']],
  ['with our ids', []],
] as const) {
  test(`an unruly feed ${name}, ended by the auditor`, async (t) => {
    const { outcry, exchange, alice, bob } = await startProduct(t, { exchange: options });
    const stream = await alice.stream('orders=true');
    t.after(() => stream.close());

    await t.test(
      'E04 trades that are replayed are booked once, and nobody is told twice',
      async () => {
        const [cash, shares] = [await cashOf(alice), await sharesOf(alice)];
        for (const numShares of [3, 4, 5]) {
          await alice.orderAt(await taken(alice, limitOrder('buy', numShares, 10_001)), 'filled');
        }
        await exchange.control({ do: 'replay', fromSeq: 1 });
        // The feed is one sequence: whoever has heard of this trade has heard of all before it.
        await alice.orderAt(await taken(alice, limitOrder('buy', 1, 10_001)), 'filled');
        assert.equal(await sharesOf(alice), shares + 13);
        assert.equal(await cashOf(alice), cash - 13 * 10_001 - (4 + 5 + 6 + 2));
        const trades = stream.own.map(({ data }) => JSON.parse(data)).filter((e) => e.execId);
        assert.equal(new Set(trades.map(({ execId }) => execId)).size, trades.length);
        assert.equal(trades.length, 4);
      },
    );

    await t.test('E05 trades before the acknowledgement: booked after it, in one go', async () => {
      await exchange.control({ do: 'faults', preset: 'early-trades' });
      const id = (await alice.place(limitOrder('buy', 2, 10_001), { prefer: 'wait=10' })).body.id;
      await alice.orderAt(id, 'filled');
      assert.deepEqual(await kindsOf(alice, id), EARLY);
      const [trade] = await tradesOf(alice, id);
      assert.deepEqual([trade.lastQty, trade.lastPriceInCents, trade.state], [2, 10_001, 'live']);
    });

    await t.test(
      'E04 E17 E18 frames twice, out of order and missing: both sides of every trade are there',
      async () => {
        await exchange.control({ do: 'faults', preset: 'unruly-feed', seed: 11 });
        const [alices, bobs] = [await sharesOf(alice), await sharesOf(bob)];
        const ids: string[] = [];
        for (let n = 1; n <= PAIRS; n++) {
          const [sold, bought] = [
            await takenAtLast(bob, limitOrder('sell', n, 10_000)),
            await takenAtLast(alice, limitOrder('buy', n, 10_000)),
          ];
          ids.push(bought);
          await bob.orderAt(sold, 'filled');
          await alice.orderAt(bought, 'filled');
        }
        await exchange.control({ do: 'faults', preset: 'none' });
        await settled(outcry);
        const traded = (PAIRS * (PAIRS + 1)) / 2;
        assert.equal(await sharesOf(alice), alices + traded);
        assert.equal(await sharesOf(bob), bobs - traded);
        for (const [i, id] of ids.entries()) {
          const quantities = (await tradesOf(alice, id)).map(({ lastQty }) => lastQty);
          assert.deepEqual(quantities, [i + 1]);
        }
      },
    );

    await assertAudited(outcry, exchange);
  });
}
