// The exchange closes, opens and halts: the broker follows its word.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAudited } from '../scenario/audited.ts';
import { until } from '../scenario/outcry.ts';
import {
  assertNothingReserved,
  cashOf,
  limitOrder,
  startProduct,
  taken,
} from '../scenario/product.ts';

test('sessions and halts, ended by the auditor', async (t) => {
  const { outcry, exchange, alice, bob } = await startProduct(t);

  await t.test(
    'E23 the day ends: day orders expire with what had traded, others stay, and none is taken',
    async () => {
      const cash = await cashOf(alice);
      await taken(bob, limitOrder('sell', 4, 10_000));
      const traded = await taken(alice, limitOrder('buy', 10, 10_000));
      await alice.orderAt(traded, 'partially_filled');
      const day = await taken(alice, limitOrder('buy', 3, 9_500));
      const gtc = await taken(alice, limitOrder('buy', 5, 9_600, { timeInForce: 'gtc' }));
      const cancelled = await taken(alice, limitOrder('buy', 7, 9_700, { timeInForce: 'gtc' }));

      await exchange.control({ do: 'close-session' });
      const rest = await alice.orderAt(traded, 'expired');
      assert.deepEqual([rest.cumQty, rest.leavesQty], [4, 0]);
      await alice.orderAt(day, 'expired');
      assert.equal((await alice.get(`/order/${gtc}`)).body.status, 'submitted');
      const isRefused = async () => {
        const { status, body } = await alice.place(limitOrder('buy', 1, 9_000));
        return status === 422 && body.code === 'market_closed';
      };
      await until(isRefused, 'the market to be closed');
      const { status, body } = await alice.cancel(cancelled);
      assert.deepEqual([status, body.status], [200, 'cancelled'], 'cancels pass');

      await exchange.control({ do: 'open-session' });
      const isOpen = async () => (await alice.place(limitOrder('buy', 2, 9_100))).status === 201;
      await until(isOpen, 'the market to be open');
      assert.equal((await alice.get(`/order/${gtc}`)).body.status, 'submitted');
      await taken(bob, limitOrder('sell', 5, 9_999));
      assert.equal(await cashOf(alice), cash - 40_000 - 4);
      await alice.cancel(gtc);
    },
  );

  await t.test(
    'a symbol is halted: refused as the exchange says, others trade, cancels pass',
    async () => {
      const resting = await taken(alice, limitOrder('buy', 8, 9_800));
      await exchange.control({ do: 'halt', symbol: 'ABC', halted: true });
      const isHalted = async () => {
        const { status, body } = await alice.place(limitOrder('buy', 9, 9_200));
        return status === 422 && body.code === 'symbol_halted' && body.haltedBy === 'exchange';
      };
      await until(isHalted, 'the halt');
      await taken(alice, limitOrder('buy', 1, 4_500, { symbol: 'XYZ' }));
      assert.deepEqual((await alice.cancel(resting)).body.status, 'cancelled');
      await exchange.control({ do: 'halt', symbol: 'ABC', halted: false });
      const isFree = async () => (await alice.place(limitOrder('buy', 9, 9_300))).status === 201;
      await until(isFree, 'trading to go on');
    },
  );

  const all = await alice.request('DELETE', '/orders', undefined, { prefer: 'wait=10' });
  assert.equal(all.status, 200, JSON.stringify(all.body));
  await assertNothingReserved(alice);
  await assertAudited(outcry, exchange);
});
