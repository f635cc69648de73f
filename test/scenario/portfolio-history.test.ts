// Portfolio values over HTTP, from a tape whose sessions close by themselves, one after the other
// without a break: the real process, its own exchange, and the auditor at the end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Api } from './api.ts';
import { assertAudited } from './audited.ts';
import { until } from './outcry.ts';
import { cashOf, limitOrder, newCustomer, startProduct, taken } from './product.ts';
import { MARKET } from './quiet-tape.ts';

const PATH = '/portfolio/history';
const SOLD = 25;
/** The tape's day in ten seconds. */
const SPEED = '2340';

async function valuesOf(api: Api, query = ''): Promise<Answer['body'][]> {
  const { status, body } = await api.get(`${PATH}${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body.values;
}

test('a tape that loops gives each customer one value per session, at the last prints', async (t) => {
  const { outcry, exchange, alice } = await startProduct(t, {
    exchange: ['--no-echo', '--speed', SPEED],
  });
  const isThere = (api: Api, sessions: number) => async () =>
    (await valuesOf(api)).length >= sessions;
  const begun = (await valuesOf(alice)).length;
  await until(isThere(alice, begun + 1), 'a session to begin');
  const carol = await newCustomer(outcry, 'carol', [
    { asset: 'USD', amount: 100_000 },
    { asset: 'ABC', amount: 100 },
  ]);
  const id = await taken(carol, limitOrder('sell', SOLD, MARKET.ABC.bidInCents));
  await carol.orderAt(id, 'filled');
  const cash = await cashOf(carol);

  await until(isThere(carol, 1), 'the first close');
  const [value] = await valuesOf(carol);
  const numShares = 100 - SOLD;
  const [position] = value.positions;
  const price = position.closePriceInCents;
  assert.deepEqual(value, {
    date: '2024-03-01',
    sessionId: value.sessionId,
    closedAt: value.closedAt,
    late: false,
    cashInCents: cash,
    positionsInCents: numShares * price,
    totalInCents: cash + numShares * price,
    netDepositsInCents: 100_000,
    positions: [
      {
        symbol: 'ABC',
        numShares,
        closePriceInCents: MARKET.ABC.bidInCents, // the sale was the last print
        valueInCents: numShares * price,
        pricedAt: position.pricedAt,
      },
    ],
    amendedAt: null,
    asTaken: null,
  });
  assert(position.pricedAt <= value.closedAt);
  const another = await newCustomer(outcry, 'dave', [{ asset: 'USD', amount: 1 }]);
  assert.deepEqual(await valuesOf(another), [], "another user's values are nobody's");

  await until(isThere(carol, 2), 'the second close');
  const [newest, oldest] = (await valuesOf(carol)).slice(-2);
  assert.deepEqual(oldest, value);
  assert.notEqual(newest.sessionId, value.sessionId, 'a pass of the tape is a session of its own');
  assert.deepEqual([newest.date, newest.netDepositsInCents], [value.date, 0]);
  const range = `?from=${value.closedAt}&to=${newest.closedAt}`;
  assert.deepEqual(await valuesOf(carol, range), [value]);
  const { body: page } = await carol.get(`${PATH}?limit=1&to=${newest.closedAt}`);
  assert.deepEqual(page, { values: [value], pagination: { hasMore: false, nextCursor: null } });
  assert.equal((await carol.get(`${PATH}?from=today`)).status, 400);
  await assertAudited(outcry, exchange);
});
