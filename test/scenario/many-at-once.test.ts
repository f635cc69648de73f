// Many requests in the same moment: one key is one order, and cash for seven buys seven.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from './api.ts';
import { assertAudited } from './audited.ts';
import {
  assertNothingReserved,
  cashOf,
  limitOrder,
  newCustomer,
  sharesOf,
  startProduct,
} from './product.ts';

const REPEATS = 200;
const ORDERS = 100;
const PATIENTLY = { prefer: 'wait=20' };
/** A share at the quote's $100.01, and a basis point of that, rounded up. */
const COST_OF_ONE_IN_CENTS = 10_001 + 2;

test('many at once, ended by the auditor', async (t) => {
  const { outcry, exchange, alice } = await startProduct(t);
  const placedAtExchange = async () => {
    const log = await exchange.log();
    return log.flatMap((line) => (line.kind === 'order' ? [line.clientOrderId] : []));
  };

  await t.test(
    'E01 200 concurrent requests with one key are one order, here and at the exchange',
    async () => {
      const [cash, shares] = [await cashOf(alice), await sharesOf(alice)];
      const headers = { ...PATIENTLY, 'idempotency-key': 'one-key' };
      const order = limitOrder('buy', 3, 10_001);
      const answers = await allAtOnce(REPEATS, () => alice.place(order, headers));

      const ids = new Set(answers.map(({ body }) => body.id));
      assert.equal(ids.size, 1, JSON.stringify(answers[0]?.body));
      const count = (status: number) => answers.filter((answer) => answer.status === status).length;
      assert.deepEqual([count(201), count(200)], [1, REPEATS - 1]);
      const replayed = answers.filter(
        ({ headers }) => headers.get('idempotency-replayed') === 'true',
      );
      assert.equal(replayed.length, REPEATS - 1);
      await alice.orderAt([...ids][0], 'filled');
      assert.deepEqual(await placedAtExchange(), [...ids]);
      assert.equal(await sharesOf(alice), shares + 3);
      assert.equal(await cashOf(alice), cash - 30_003 - 4);
    },
  );

  await t.test('100 concurrent orders against cash for 7 fill exactly 7', async () => {
    const cash = 7 * COST_OF_ONE_IN_CENTS;
    const carol = await newCustomer(outcry, 'carol', [{ asset: 'USD', amount: cash }]);
    const before = new Set(await placedAtExchange());
    const answers = await allAtOnce(ORDERS, () =>
      carol.place(limitOrder('buy', 1, 10_001), PATIENTLY),
    );

    const [accepted, refused] = [answers.filter(isAccepted), answers.filter((a) => !isAccepted(a))];
    assert.equal(accepted.length, 7);
    for (const { status, body } of refused) {
      assert.deepEqual(
        [status, body.code, body.outcome],
        [422, 'insufficient_buying_power', 'rejected'],
      );
      assert.equal(body.orderId, undefined, 'nothing of it was stored');
    }
    const ids = accepted.map(({ body }) => body.id);
    for (const id of ids) await carol.orderAt(id, 'filled');
    const { body } = await carol.get('/orders?limit=200');
    assert.deepEqual(idsOf(body.orders), [...ids].sort());
    assert.deepEqual(
      (await placedAtExchange()).filter((id) => !before.has(id)).sort(),
      [...ids].sort(),
    );
    assert.deepEqual([await cashOf(carol), await sharesOf(carol)], [0, 7]);
    await assertNothingReserved(carol);
  });

  await assertAudited(outcry, exchange);
});

function allAtOnce(count: number, ask: () => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, ask));
}

function isAccepted({ status }: Answer): boolean {
  return status === 201;
}

function idsOf(orders: readonly { readonly id: string }[]): string[] {
  return orders.map(({ id }) => id).sort();
}
