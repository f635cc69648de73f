// What the exchange answers is lost, late or an error, and so is what it is asked: an order is one
// order there for each key, or none, and what became of it is found out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '../scenario/api.ts';
import { assertAudited } from '../scenario/audited.ts';
import {
  assertNothingReserved,
  cashOf,
  kindsOf,
  limitOrder,
  type Product,
  sharesOf,
  startProduct,
  taken,
} from '../scenario/product.ts';

const ORDERS = 5;
const FOUND_AND_CANCELLED = ['order_created', 'order_submitted', 'order_cancel_requested'];
const NOW = { prefer: 'wait=0' };
/** Each order may travel alone, and its connection waits for an answer longer than a queue does. */
const CONNECTIONS = { OUTCRY_EXCHANGE_CONNECTIONS: String(2 * ORDERS) };

test('lost, late and failed answers, ended by the auditor', async (t) => {
  const product = await startProduct(t, { environment: CONNECTIONS });
  const { outcry, exchange, alice } = product;
  const answeredLate: Answer[] = [];

  await t.test(
    'E09 500 after the order was taken: 202, then it is found, and never sent again',
    async () => {
      await goWrong(product, { fault: '5xx-after-accept', share: 1 });
      const placed = await placeSome(product, 'error', 9_500);
      for (const { body } of placed) {
        assert.deepEqual([body.status, body.outcome], ['pending', 'unknown']);
        await alice.orderAt(body.id, 'submitted');
      }
      await assertOneEach(product, placed, 'order');
    },
  );

  await t.test(
    'E01 the same key again is the same order, which still has one place in its log',
    async () => {
      const again = await placeSome(product, 'error', 9_500, 200);
      for (const { headers, body } of again) {
        assert.equal(headers.get('idempotency-replayed'), 'true');
        assert.deepEqual([body.status, body.outcome], ['submitted', 'accepted']);
      }
      await assertOneEach(product, again, 'order');
    },
  );

  await t.test(
    'E09 the answer is lost and the order trades: its fills wait for it, and are booked once',
    async () => {
      const [cash, shares] = [await cashOf(alice), await sharesOf(alice)];
      await goWrong(product, { fault: 'drop-reply', share: 1 });
      const placed = await placeSome(product, 'lost-answer', 10_001);
      for (const { body } of placed) await alice.orderAt(body.id, 'filled');
      await assertOneEach(product, placed, 'order');
      assert.equal(await sharesOf(alice), shares + sumTo(ORDERS));
      // 1 basis point of 1 to 5 shares at $100.01, rounded up: 2, 3, 4, 5 and 6 cents.
      assert.equal(await cashOf(alice), cash - sumTo(ORDERS) * 10_001 - (2 + 3 + 4 + 5 + 6));
    },
  );

  await t.test(
    'E12 an answer that comes long after the order was found changes nothing',
    async () => {
      await goWrong(product, { fault: 'late-reply', share: 1, delayMs: 3_000 });
      const placed = await placeSome(product, 'late-answer', 9_600);
      for (const { body } of placed) await alice.orderAt(body.id, 'submitted');
      await assertOneEach(product, answeredLate, 'order');
    },
  );

  await t.test(
    'E11 the order never arrives: failed when that is proven, and its cash is free',
    async () => {
      const reserved = await reservedOf(product);
      await goWrong(product, { fault: 'drop-request', share: 1 });
      const placed = await placeSome(product, 'lost', 9_700);
      assert((await reservedOf(product)) > reserved, 'held while nobody knows');
      for (const { body } of placed) {
        const { failCode } = await alice.orderAt(body.id, 'failed');
        assert.equal(failCode, 'not_found_at_exchange');
      }
      assert.equal(await reservedOf(product), reserved);
      await assertOneEach(product, placed, null);
    },
  );

  await t.test(
    'E12 an order that arrives later than its notAfter is refused there, so nothing that was called failed trades',
    async () => {
      await goWrong(product, { fault: 'slow', share: 1, delayMs: 2_500 });
      const placed = await placeSome(product, 'late', 10_001);
      for (const { body } of placed) await alice.orderAt(body.id, 'failed');
      await assertOneEach(product, placed, 'refusal');
    },
  );

  await t.test(
    'E16 answers to cancels are lost: the cancel is asked again until it is known',
    async () => {
      await goWrong(product, { fault: 'drop-reply', on: 'cancel', at: 1, times: 2 });
      const { body } = await alice.get('/orders?status=submitted&limit=200');
      const open: string[] = body.orders.map(({ id }: { id: string }) => id);
      assert.equal(open.length, 2 * ORDERS);
      const answers = await Promise.all(
        open.map((id) => alice.request('DELETE', `/order/${id}`, undefined, NOW)),
      );
      for (const { status, body } of answers) assert.deepEqual([status, body.ok], [202, true]);
      for (const id of open) await alice.orderAt(id, 'cancelled');
    },
  );

  for (const { body } of answeredLate) {
    const kinds = await kindsOf(alice, body.id);
    assert.deepEqual(kinds.slice(0, 3), FOUND_AND_CANCELLED);
    assert.equal(kinds.at(-1), 'order_cancelled');
  }
  await exchange.control({ do: 'faults', preset: 'none' });
  const last = await taken(alice, limitOrder('buy', 1, 9_000));
  await alice.cancel(last); // the request before it may be waiting for its lost answer still
  await alice.orderAt(last, 'cancelled');
  await assertNothingReserved(alice);
  await assertAudited(outcry, exchange);
});

async function goWrong({ exchange }: Product, fault: Record<string, unknown>): Promise<void> {
  await exchange.control({ do: 'faults', faults: [fault] });
}

/** Of 1, 2, 3 ... shares, each under a key that begins with `name`. */
async function placeSome(
  { alice }: Product,
  name: string,
  priceInCents: number,
  status = 202,
): Promise<Answer[]> {
  const answers = await Promise.all(
    Array.from({ length: ORDERS }, (_, n) =>
      alice.place(limitOrder('buy', n + 1, priceInCents), {
        ...NOW,
        'idempotency-key': `${name}-${n}`,
      }),
    ),
  );
  for (const answer of answers) assert.equal(answer.status, status, JSON.stringify(answer.body));
  return answers;
}

/** In the exchange's log each of them stands once, as this; as null it does not. */
async function assertOneEach(
  { exchange }: Product,
  placed: readonly Answer[],
  kind: 'order' | 'refusal' | null,
): Promise<void> {
  const log = await exchange.log();
  for (const { body } of placed) {
    const found = log.flatMap((line) =>
      (line.kind === 'order' || line.kind === 'refusal') && line.clientOrderId === body.id
        ? [line.kind]
        : [],
    );
    assert.deepEqual(found, kind === null ? [] : [kind], body.id);
  }
}

async function reservedOf({ alice }: Product): Promise<number> {
  return (await alice.get('/account')).body.reservedInCents;
}

function sumTo(n: number): number {
  return (n * (n + 1)) / 2;
}
