// Customers made directly in the tables before a run: cash and shares as one deposit each, booked
// like any other, and tokens as Outcry's own.
import { newUserId } from '../../../src/domain/ids.ts';
import { issueToken } from '../../../src/gateway/auth.ts';
import type { BenchUser } from '../../harness/broker-process.ts';
import type { Database } from './database.ts';

export interface UserPlan {
  readonly count: number;
  readonly cashInCents: number;
  /** Of each of the symbols. */
  readonly shares: number;
  readonly symbols: readonly string[];
}

const TOKEN_MS = 24 * 60 * 60 * 1_000;
const BUCKETS = 256;
/** Users in one statement: each brings as many rows as there are symbols, three times. */
const USERS_PER_CALL = 200;

export async function createUsers(
  database: Database,
  key: Uint8Array,
  plan: UserPlan,
): Promise<BenchUser[]> {
  const nowMs = Date.now();
  const userIds = Array.from({ length: plan.count }, (_, i) => newUserId(i % BUCKETS, Math.random));
  for (let first = 0; first < userIds.length; first += USERS_PER_CALL) {
    const some = userIds.slice(first, first + USERS_PER_CALL);
    const values = [some, nowMs, plan.cashInCents, plan.symbols, plan.shares];
    await database.call('create users', CREATE_USERS, values);
  }
  await database.call('analyze', 'ANALYZE', []);
  await database.call('checkpoint', 'CHECKPOINT', []);
  return Promise.all(
    userIds.map(async (userId) => {
      const user = { userId, role: 'customer' } as const;
      return { userId, token: await issueToken(key, user, nowMs, TOKEN_MS) };
    }),
  );
}

const CREATE_USERS = `
  WITH new_users AS (SELECT unnest($1::text[]) AS user_id),
  account AS (
    INSERT INTO accounts (user_id, last_seq, cash_available, opened_at_ms)
    SELECT user_id, 1, $3::bigint, $2::bigint FROM new_users),
  event AS (
    INSERT INTO events
    SELECT user_id, 1, 'account_changed', $2::bigint, NULL, NULL,
      '[' || $3::bigint || ',0,"active"]'
    FROM new_users),
  shares AS (
    INSERT INTO balances
    SELECT user_id, asset, $5::bigint, 0 FROM new_users, unnest($4::text[]) AS asset)
  INSERT INTO postings
  SELECT user_id, 1, 2 * (n - 1) + side, CASE side WHEN 1 THEN 1 ELSE 3 END, asset,
    CASE side WHEN 1 THEN 1 ELSE -1 END * CASE asset WHEN 'USD' THEN $3::bigint ELSE $5::bigint END
  FROM new_users, unnest('USD'::text || $4::text[]) WITH ORDINALITY AS assets (asset, n),
    (VALUES (1), (2)) AS sides (side)`;
