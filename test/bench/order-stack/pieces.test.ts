import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences } from '../../../bench/peers/order-stack/audit.ts';
import { postgresConfiguration } from '../../../bench/peers/order-stack/postgres-configuration.ts';
import { problem } from '../../../bench/peers/order-stack/problem.ts';
import { reapedSecondsIn } from '../../../bench/peers/order-stack/process-usage.ts';
import { schemaSql } from '../../../bench/peers/order-stack/schema.ts';
import { sortedByUser } from '../../../bench/peers/order-stack/statements.ts';
import { TokenCache } from '../../../bench/peers/order-stack/tokens.ts';
import { issueToken } from '../../../src/gateway/auth.ts';
import { PROBLEMS } from '../../../src/gateway/problem.ts';

test('a batch is sorted by user, byte by byte, and keeps its numbers and a user in order', () => {
  const items = ['b', 'a', 'B', 'b', '_'].map((userId, at) => ({ userId, at }));
  const sorted = sortedByUser(items);
  assert.deepEqual(
    sorted.map(({ userId, n }) => `${userId}${n}`),
    ['B2', '_4', 'a1', 'b0', 'b3'],
  );
});

test('a token of ours is verified once, and any other is nobody', async () => {
  const key = new Uint8Array(32).fill(7);
  const tokens = new TokenCache(Buffer.from(key).toString('base64url'));
  const nowMs = Date.now();
  const user = { userId: 'usr_00abc', role: 'customer' } as const;
  const bearer = `Bearer ${await issueToken(key, user, nowMs, 60_000)}`;
  assert.equal(tokens.known(bearer, nowMs), null);
  assert.equal(await tokens.verify(bearer), 'usr_00abc');
  assert.equal(tokens.known(bearer, nowMs), 'usr_00abc');
  assert.equal(tokens.known(bearer, nowMs + 61_000), null, 'it has expired');
  const other = await issueToken(new Uint8Array(32), user, nowMs, 60_000);
  assert.equal(await tokens.verify(`Bearer ${other}`), null);
  assert.equal(await tokens.verify('Basic abc'), null);
});

test('the schema is the same with and without partitions, but for them', () => {
  const plain = schemaSql(0);
  const parts = schemaSql(2);
  assert(!plain.includes('PARTITION') && !plain.includes('{{'));
  assert.equal(parts.match(/PARTITION OF/g)?.length, 12);
  const functionsOf = (sql: string) =>
    sql.slice(sql.indexOf('CREATE FUNCTION'), sql.lastIndexOf('$$;'));
  assert.equal(functionsOf(plain), functionsOf(parts));
});

test('PostgreSQL is told to be durable, and not to listen', () => {
  const text = postgresConfiguration('/tmp/x', { commitDelayUs: 100 });
  for (const line of ['fsync = on', 'synchronous_commit = on', 'full_page_writes = on']) {
    assert(text.includes(`${line}\n`), line);
  }
  assert(text.includes("listen_addresses = ''\n"));
  assert(text.includes('commit_delay = 100\n'));
});

test("problems have the statuses of Outcry's", () => {
  for (const code of ['insufficient_shares', 'market_closed', 'order_closed', 'busy']) {
    const { status } = problem(code as 'order_closed');
    assert.equal(status, PROBLEMS[code as keyof typeof PROBLEMS].status, code);
  }
  assert.match(problem('order_closed', { orderId: 'ord_1' }).body, /"code":"order_closed"/);
});

test('fills are compared with the trades of the exchange', () => {
  const trade = (execId: string) => ({ execId, lastQty: 2, lastPriceInCents: 100 });
  assert.deepEqual(
    differences(
      [trade('a'), trade('b')],
      [
        ['a', 2, 100],
        ['b', 2, 100],
      ],
    ),
    [],
  );
  assert.deepEqual(
    differences(
      [trade('a'), trade('b')],
      [
        ['a', 2, 101],
        ['c', 2, 100],
        ['c', 2, 100],
      ],
    ),
    [
      '1 fills booked twice',
      '1 trades of the exchange were not booked',
      '1 fills with other terms than the trade',
      '1 fills that the exchange does not know',
    ],
  );
});

test('the time of children that have ended is told apart from that of the process itself', () => {
  const fields = ['S', ...Array.from({ length: 20 }, (_, index) => String(index + 1))];
  assert.equal(reapedSecondsIn(`7 (post (x) gres) ${fields.join(' ')}`), (13 + 14) / 100);
  assert.equal(reapedSecondsIn(''), 0);
});
