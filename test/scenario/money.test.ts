// A customer's money and what is told about it, through the whole process: every answer is read
// after the write that it must show.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Api } from './api.ts';
import { startOutcry, until } from './outcry.ts';

interface Entry {
  readonly asset: string;
  readonly amount: number;
  readonly kind: string;
}

async function wholeLedger(api: Api): Promise<Entry[]> {
  const entries: Entry[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { body }: Answer = await api.get(`/account/ledger?limit=7${more}`);
    entries.push(...body.entries);
    cursor = body.pagination.nextCursor;
  } while (cursor !== null);
  return entries;
}

const sumOf = (entries: readonly Entry[], asset: string) =>
  entries.filter((entry) => entry.asset === asset).reduce((sum, { amount }) => sum + amount, 0);

/** What an order's trades sum to. */
async function worthOf(api: Api, orderId: string) {
  const { body } = await api.get(`/order/${orderId}/trades`);
  let [numShares, notionalInCents] = [0, 0];
  for (const { lastQty, lastPriceInCents } of body.trades) {
    numShares += lastQty;
    notionalInCents += lastQty * lastPriceInCents;
  }
  return { numShares, notionalInCents };
}

async function ibmOf(api: Api): Promise<Answer['body']> {
  const { body } = await api.get('/positions');
  return body.positions.find(({ symbol }: { symbol: string }) => symbol === 'IBM');
}

test('deposits, trades, profit, the ledger, the timeline and a cancel of all agree with one another', async (t) => {
  const outcry = await startOutcry(t, { OUTCRY_SPEED: '20' });
  const alice = outcry.user(0);
  const funds = `/admin/users/${outcry.demo.users[0]?.userId}`;
  const before = await ibmOf(alice);

  await t.test('a round trip is told in trades, and its profit is first in first out', async () => {
    const market = { symbol: 'IBM', type: 'market', numShares: 10 };
    const placed = await alice.place({ ...market, position: 'buy' });
    const bought = await alice.orderAt(placed.body.id, 'filled');
    const paid = await worthOf(alice, bought.id);
    assert.equal(paid.numShares, 10);
    const held = await ibmOf(alice);
    assert.equal(held.numShares, before.numShares + 10);
    assert.equal(held.costInCents, before.costInCents + paid.notionalInCents);

    const sold = await alice.place({ ...market, position: 'sell' });
    await alice.orderAt(sold.body.id, 'filled');
    const { notionalInCents: proceeds } = await worthOf(alice, sold.body.id);
    const after = await ibmOf(alice);
    const costOfOldest = (before.costInCents * 10) / before.numShares;
    assert.equal(after.numShares, before.numShares);
    assert.equal(after.realisedProfitInCents, proceeds - costOfOldest);
  });

  await t.test('the timeline tells it from the request to the last trade', async () => {
    const { body: list } = await alice.get('/orders?status=filled');
    const { body } = await alice.get(`/order/${list.orders.at(-1).id}/timeline`);
    const kinds = body.timeline.map(({ kind }: { kind: string }) => kind);
    assert.deepEqual(kinds.slice(0, 2), ['order_created', 'order_submitted']);
    assert.equal(kinds.at(-1), 'order_traded');
    for (const { text, at } of body.timeline) {
      assert.match(text, /^[A-Z0-9].*\.$/);
      assert.match(at, /^\d{4}-.*Z$/);
    }
  });

  await t.test('a withdrawal takes what is free, and the ledger sums to the account', async () => {
    const admin = outcry.admin();
    const body = { asset: 'USD', amount: 12_345 };
    assert.equal((await admin.request('POST', `${funds}/withdrawals`, body)).status, 201);
    const shares = { asset: 'IBM', amount: 3, costInCents: 300 };
    assert.equal((await admin.request('POST', `${funds}/deposits`, shares)).status, 201);
    const entries = await wholeLedger(alice);
    assert.deepEqual(
      entries.slice(0, 2).map(({ kind, asset, amount }) => [kind, asset, amount]),
      [
        ['deposit', 'IBM', 3],
        ['withdrawal', 'USD', -12_345],
      ],
    );
    const { body: account } = await alice.get('/account');
    assert.equal(sumOf(entries, 'USD'), account.cashInCents);
    assert.equal(sumOf(entries, 'IBM'), (await ibmOf(alice)).numShares);
  });

  await t.test(
    'a cancel of all ends every open order of the selection, with one result each',
    async () => {
      const far = {
        position: 'buy',
        symbol: 'IBM',
        type: 'limit',
        numShares: 1,
        priceInCents: 100,
      };
      const ids: string[] = [];
      for (let i = 0; i < 3; i++) {
        const numShares = i + 1; // not alike: that would be a duplicate
        ids.push((await alice.place({ ...far, numShares })).body.id);
      }
      const others = await alice.request('DELETE', '/orders?position=sell');
      assert.deepEqual([others.status, others.body.results], [200, []]);
      const headers = { prefer: 'wait=10' };
      const all = await alice.request('DELETE', '/orders?symbol=IBM', undefined, headers);
      assert.equal(all.status, 200, JSON.stringify(all.body));
      assert.equal(all.headers.get('preference-applied'), 'wait=10');
      const result = { ok: true, status: 'cancelled', outcome: 'accepted' };
      assert.deepEqual(
        all.body.results,
        ids.map((orderId) => ({ orderId, ...result })),
      );
      assert.equal((await alice.get('/account')).body.reservedInCents, 0);
    },
  );

  await t.test('the metrics need no token and name nobody', async () => {
    let text = '';
    const depth = /^outcry_mailbox_depth\{thread="order-0",kind="order-shard"\} \d+$/m;
    await until(
      async () => {
        const answer = await fetch(`${outcry.url}/metrics`);
        assert.equal(answer.status, 200);
        text = await answer.text();
        return depth.test(text); // a thread reports once a second
      },
      'the order thread to have reported',
      () => text,
    );
    assert.match(text, /^outcry_exchange_linked 1$/m);
    assert.match(text, /^outcry_reconciler_up 1$/m);
    assert.doesNotMatch(text, /usr_|ord_|@/);
  });
});
