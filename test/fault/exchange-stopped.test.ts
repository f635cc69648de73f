import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { assertAudited } from '../scenario/audited.ts';
import { startExchange } from '../scenario/exchange-process.ts';
import { Outcry, startOutcry, until } from '../scenario/outcry.ts';
import { tempDirectory } from '../temp-directory.ts';

const FAR = { position: 'buy', symbol: 'IBM', type: 'limit', numShares: 5, priceInCents: 100 };

test('E16 E25 with the exchange stopped orders are refused and cancels are taken; both go on when it is back', async (t) => {
  const exchange = await startExchange(t, tempDirectory(t));
  const outcry = await startOutcry(t, { OUTCRY_EXCHANGE_URL: exchange.url });
  const alice = outcry.user(0);
  const resting = await alice.place(FAR);
  assert.equal(resting.status, 201);

  await exchange.kill();
  await until(async () => (await fetch(`${outcry.url}/readyz`)).status === 503, 'not ready');
  const refused = await alice.place(FAR, { 'idempotency-key': 'while-it-is-away' });
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('content-type'), 'application/problem+json');
  assert.deepEqual([refused.body.code, refused.body.retry], ['exchange_unavailable', 'same_key']);
  assert(Number(refused.headers.get('retry-after')) > 0);
  const cancel = await alice.request('DELETE', `/order/${resting.body.id}`, undefined, {
    prefer: 'wait=0',
  });
  assert.deepEqual(
    [cancel.status, cancel.body.ok, cancel.body.status],
    [202, true, 'pending_cancel'],
  );

  await exchange.start();
  await until(async () => (await fetch(`${outcry.url}/readyz`)).status === 200, 'ready again');
  await alice.orderAt(resting.body.id, 'cancelled');
  const taken = await alice.place(FAR, { 'idempotency-key': 'while-it-is-away' });
  assert.equal(taken.status, 201, 'the key was not consumed');
  await assertAudited(outcry, exchange);
});

test('an exchange that falls silent is noticed by its missing heartbeats', async (t) => {
  const exchange = await startExchange(t, tempDirectory(t));
  t.after(() => exchange.signal('SIGCONT'));
  const outcry = await startOutcry(t, { OUTCRY_EXCHANGE_URL: exchange.url });
  exchange.signal('SIGSTOP');
  await until(async () => (await outcry.user(0).place(FAR)).status === 503, 'a refusal');
  exchange.signal('SIGCONT');
  await until(async () => (await fetch(`${outcry.url}/readyz`)).status === 200, 'ready again');
});

test('an exchange out of reach is no failure of the start: the broker runs and says what is missing', async (t) => {
  const exchange = await startExchange(t, tempDirectory(t));
  await exchange.kill();
  const port = await freePort();
  const outcry = new Outcry(tempDirectory(t), {
    OUTCRY_EXCHANGE_URL: exchange.url,
    OUTCRY_PORT: String(port),
  });
  t.after(() => outcry.stop());
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await statusOf(`${url}/livez`)) === 200, 'the broker to live');
  const readiness = await fetch(`${url}/readyz`);
  assert.equal(readiness.status, 503);
  assert.match(JSON.stringify(await readiness.json()), /exchange/);
  assert.doesNotMatch(outcry.stdout, /outcry ready/);
  await exchange.start();
  await outcry.ready();
  assert.equal((await outcry.user(0).place(FAR)).status, 201);
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      assert(typeof address === 'object' && address !== null);
      server.close(() => resolve(address.port));
    });
  });
}

/** 0 while nobody listens. */
async function statusOf(url: string): Promise<number> {
  try {
    return (await fetch(url)).status;
  } catch (error) {
    assert(error instanceof TypeError);
    return 0;
  }
}
