// The exchange goes away in the hard ways: silent for a minute with every connection open, and
// back without its book. The minute is long and idle, so the others run beside it.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertAudited } from '../scenario/audited.ts';
import type { ExchangeProcess } from '../scenario/exchange-process.ts';
import {
  assertNothingReserved,
  cashOf,
  limitOrder,
  sharesOf,
  startProduct,
  taken,
  takenAtLast,
} from '../scenario/product.ts';

const MINUTE_MS = 60_000;
const NOW = { prefer: 'wait=0' };

const WAYS = [
  {
    name: 'in place, and does not echo our ids',
    options: ['--no-echo'],
    lose: (exchange: ExchangeProcess) => exchange.control({ do: 'lose-book' }),
  },
  {
    name: 'killed and started again, and echoes them',
    options: [],
    lose: async (exchange: ExchangeProcess) => {
      await exchange.kill();
      await exchange.start(['--lose-book']);
    },
  },
];

describe('outages', { concurrency: 2 }, () => {
  test(
    'half-open for a minute: orders are 202 or 503, nothing is doubled, and all of it settles after',
    halfOpenForAMinute,
  );

  test('E41 the exchange loses its book', async (t) => {
    for (const { name, options, lose } of WAYS) {
      await t.test(`${name}: what was open ends cancelled with what had traded`, (t) =>
        bookLost(t, options, lose),
      );
    }
  });
});

async function halfOpenForAMinute(t: TestContext): Promise<void> {
  const { outcry, exchange, alice } = await startProduct(t);
  const [cash, shares] = [await cashOf(alice), await sharesOf(alice)];
  const resting = await taken(alice, limitOrder('buy', 3, 9_500));
  // Its rest trades when the quote's size comes back, a second later: while nobody hears of it.
  const trading = await taken(alice, limitOrder('buy', 1_500, 10_001));
  await exchange.control({ do: 'half-open', forMs: MINUTE_MS });
  const over = sleep(MINUTE_MS, 'over'); // the fault itself

  const unknown: string[] = [];
  const codes: string[] = [];
  let numShares = 1;
  do {
    const { status, body } = await alice.place(limitOrder('buy', numShares++, 9_600), NOW);
    if (status === 202) unknown.push(body.id);
    else codes.push(`${status} ${body.code}`);
  } while ((await Promise.race([over, sleep(250)])) !== 'over');
  assert(unknown.length > 0, 'the first of them are on the wire');
  // The two feeds are found silent one after the other, and come back so: in between there may be
  // no fresh price (E36) where the exchange still counts as reachable.
  const isOfAnEdge = (code: string) => code === '422 no_reference_price';
  const first = codes.findIndex((code) => !isOfAnEdge(code));
  const last = codes.findLastIndex((code) => !isOfAnEdge(code));
  assert.deepEqual(new Set(codes.slice(first, last + 1)), new Set(['503 exchange_unavailable']));

  const { cumQty } = await alice.orderAt(trading, 'filled');
  assert.equal(cumQty, 1_500);
  for (const id of unknown) await alice.orderAt(id, 'submitted', 'failed');
  assert.equal((await alice.get(`/order/${resting}`)).body.status, 'submitted');
  assert.equal(await cashOf(alice), cash - 1_500 * 10_001 - 1_501);
  assert.equal(await sharesOf(alice), shares + 1_500);
  await takenAtLast(alice, limitOrder('buy', 5, 9_700));
  await assertAudited(outcry, exchange);
}

async function bookLost(
  t: TestContext,
  options: readonly string[],
  lose: (exchange: ExchangeProcess) => Promise<void>,
): Promise<void> {
  const { outcry, exchange, alice, bob } = await startProduct(t, { exchange: options });
  const [cash, shares] = [await cashOf(alice), await sharesOf(alice)];
  const resting = await taken(alice, limitOrder('buy', 3, 9_500));
  const selling = await taken(bob, limitOrder('sell', 4, 10_000));
  const partFilled = await taken(alice, limitOrder('buy', 10, 10_000, { timeInForce: 'gtc' }));
  await bob.orderAt(selling, 'filled');
  await alice.orderAt(partFilled, 'partially_filled');
  const cancelling = await taken(alice, limitOrder('sell', 7, 10_900));
  await exchange.control({
    do: 'faults',
    faults: [{ fault: 'drop-request', on: 'cancel', share: 1 }],
  });
  const cancel = await alice.request('DELETE', `/order/${cancelling}`, undefined, NOW);
  assert.deepEqual([cancel.status, cancel.body.status], [202, 'pending_cancel']);

  await lose(exchange);
  await exchange.control({ do: 'faults', preset: 'none' });

  // In the new book their ids at the exchange are those of orders that are lost.
  const others: string[] = [];
  for (let n = 1; n <= 5; n++) others.push(await takenAtLast(bob, limitOrder('buy', n, 9_400)));

  const ends = [
    { id: resting, cumQty: 0 },
    { id: partFilled, cumQty: 4 },
    { id: cancelling, cumQty: 0 },
  ];
  for (const { id, cumQty } of ends) {
    const order = await alice.orderAt(id, 'cancelled');
    assert.deepEqual(
      [order.cumQty, order.leavesQty, order.cancel?.reason],
      [cumQty, 0, 'venue_book_lost'],
    );
  }
  await assertNothingReserved(alice);
  assert.equal(await cashOf(alice), cash - 4 * 10_000 - 4);
  assert.equal(await sharesOf(alice), shares + 4);

  const again = await takenAtLast(alice, limitOrder('buy', 5, 10_001));
  assert.equal((await alice.orderAt(again, 'filled')).cumQty, 5);
  for (const id of others) {
    assert.equal(
      (await bob.get(`/order/${id}`)).body.status,
      'submitted',
      'not taken for a lost one',
    );
  }
  await assertAudited(outcry, exchange);
}
