import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { tempDirectory } from '../temp-directory.ts';
import { isAlive, Outcry, startOutcry, until } from './outcry.ts';

test('one start gives a broker on real prices: orders fill, rest, cancel, and every step is streamed', async (t) => {
  const outcry = await startOutcry(t, { OUTCRY_SPEED: '20' });
  await t.test('it prints where to look, and writes who can log in for its owner only', () => {
    assert.match(outcry.stdout, /^outcry ready http:\/\/127\.0\.0\.1:\d+$/m);
    assert.match(outcry.stdout, /^connections to the exchange: \d+ /m);
    assert.equal((outcry.stdout.match(/curl /g) ?? []).length, 3);
    assert.equal(statSync(join(outcry.dataDir, 'demo.json')).mode & 0o777, 0o600);
    assert.equal(outcry.demo.users.length, 2);
  });
  await t.test('readiness needs no token', async () => {
    assert.equal((await fetch(`${outcry.url}/readyz`)).status, 200);
    assert.equal((await fetch(`${outcry.url}/livez`)).status, 200);
  });
  await t.test('each demo user holds cash, and shares of every symbol', async () => {
    const alice = outcry.user(0);
    assert.equal((await alice.get('/account')).body.cashInCents, 1_000_000_000);
    const { holdings, positions } = (await alice.get('/positions')).body;
    const list = holdings ?? positions;
    assert.deepEqual(
      list.map((holding: { symbol: string }) => holding.symbol),
      ['AAPL', 'AIG', 'BAC', 'FOXA', 'IBM', 'TWX'],
    );
    assert(list.every((holding: { numShares: number }) => holding.numShares === 10_000));
  });
  await t.test('orders travel', () => orderJourney(t, outcry));
  await t.test('a login gives a token that works', async () => {
    const [alice] = outcry.demo.users;
    const answer = await fetch(`${outcry.url}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: alice?.email, password: alice?.password }),
    });
    const { token } = (await answer.json()) as { token: string };
    const account = await fetch(`${outcry.url}/account`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(account.status, 200);
  });
  await t.test('the actors are shown to the admin only', async () => {
    assert.equal((await outcry.user(0).get('/admin/actors')).status, 403);
    assert.equal((await outcry.admin().get('/admin/actors')).status, 200);
  });
  await t.test('SIGTERM stops it, losing nothing', async () => {
    const [broker, exchange] = [outcry.brokerPid, outcry.exchangePid];
    assert.equal(await outcry.stop(), 0);
    await until(() => !isAlive(broker) && !isAlive(exchange), 'everything to end');
  });
});

async function orderJourney(t: TestContext, outcry: Outcry): Promise<void> {
  const alice = outcry.user(0);
  const stream = await alice.stream('symbols=IBM&orders=true');
  const bobs = await outcry.user(1).stream('orders=true');
  t.after(() => {
    stream.close();
    bobs.close();
  });
  await stream.until((s) => s.named('hello', 'price').length >= 2, 'a greeting and a price');

  const bought = await alice.place({
    position: 'buy',
    symbol: 'IBM',
    type: 'market',
    numShares: 10,
  });
  assert.equal(bought.status, 201, JSON.stringify(bought.body));
  for (const field of ['id', 'status', 'createdAt']) assert(field in bought.body, field);
  const filled = await alice.orderAt(bought.body.id, 'filled');
  assert.equal(filled.cumQty, 10);

  const far = { position: 'buy', symbol: 'IBM', type: 'limit', numShares: 5, priceInCents: 100 };
  const resting = await alice.place(far);
  assert.deepEqual([resting.status, resting.body.status], [201, 'submitted']);
  const cancelled = await alice.cancel(resting.body.id);
  assert.deepEqual([cancelled.status, cancelled.body.status], [200, 'cancelled']);

  await stream.until((s) => s.kinds.includes('order_cancelled'), 'the cancel');
  await stream.until((s) => s.kinds.at(-1) === 'account_changed', 'the last account event');
  const steps = stream.own.map(({ data }) => JSON.parse(data));
  const stepsOf = (id: string) =>
    steps.filter(({ order }) => order?.id === id).map(({ kind }) => kind);
  assert.deepEqual(stepsOf(bought.body.id).slice(0, 2), ['order_created', 'order_submitted']);
  assert.equal(stepsOf(bought.body.id).at(-1), 'order_traded');
  assert.deepEqual(stepsOf(resting.body.id), [
    'order_created',
    'order_submitted',
    'order_cancel_requested',
    'order_cancelled',
  ]);
  const ids = stream.own.map(({ id }) => Number(id));
  assert.deepEqual(
    ids,
    [...ids.keys()].map((n) => n + (ids[0] ?? 0)),
    'dense and rising',
  );
  assert.deepEqual(bobs.own, [], 'another user hears nothing of it');

  const missed = stream.own.slice(2);
  const resumed = await alice.stream('orders=true', String(stream.own[1]?.id));
  t.after(() => resumed.close());
  await resumed.until((s) => s.own.length >= missed.length, 'what was missed');
  assert.deepEqual(resumed.own, missed, 'exactly what was missed, to the letter');
  assert.equal(JSON.parse(resumed.named('hello')[0]?.data ?? '{}').resume, 'resumed');
  assert.deepEqual(steps.at(-1)?.account, (await alice.get('/account')).body, 'I19');
}

test('everything ends with its parent, also when that is killed', async (t) => {
  const outcry = await startOutcry(t);
  const [broker, exchange] = [outcry.brokerPid, outcry.exchangePid];
  outcry.process.kill('SIGKILL');
  await until(() => !isAlive(broker) && !isAlive(exchange), 'orphans to end');
});

const BAD_STARTS: [name: string, environment: Record<string, string>, sentence: RegExp][] = [
  ['a malformed exchange URL', { OUTCRY_EXCHANGE_URL: 'nonsense' }, /OUTCRY_EXCHANGE_URL must be/],
  ['a bad port', { OUTCRY_PORT: 'http' }, /OUTCRY_PORT must be a whole number/],
  ['an unknown setting', { OUTCRY_COLOUR: 'red' }, /OUTCRY_COLOUR is not a setting/],
];

for (const [name, environment, sentence] of BAD_STARTS) {
  test(`${name} stops the start with a sentence`, async (t) => {
    const outcry = new Outcry(tempDirectory(t), environment);
    assert.equal(await outcry.ended(), 1);
    assert.match(outcry.stderr, sentence);
    assert.equal(outcry.stderr.trim().split('\n').length, 1, 'one sentence, no stack');
  });
}

test('I30 a taken port and a data directory in use are refused, and do not harm the one that runs', async (t) => {
  const first = await startOutcry(t);
  const samePort = new Outcry(tempDirectory(t), { OUTCRY_PORT: new URL(first.url).port });
  assert.equal(await samePort.ended(), 1);
  assert.match(samePort.stderr, /the port \d+ on 127\.0\.0\.1 cannot be used: it is taken/);
  const sameData = new Outcry(first.dataDir, {});
  assert.equal(await sameData.ended(), 1);
  assert.match(sameData.stderr, /the data directory .* is in use by another process/);
  assert.equal((await first.user(0).get('/account')).status, 200);
});
