// Customers for a load, made before the broker starts: users in its directory who are given cash
// and shares as the demo's are, and a token for each.
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { BUCKETS, newUserId } from '../../src/domain/ids.ts';
import { seededRandom } from '../../src/exchange/simulator/random.ts';
import { issueToken } from '../../src/gateway/auth.ts';
import { LIMITS } from '../../src/limits.ts';
import { pathsOf } from '../../src/store/data-directory.ts';
import { DirectoryStore } from '../../src/store/directory-store.ts';
import type { BenchUser } from './broker-process.ts';

/** Nobody can log in with it. */
const NO_PASSWORD = '-';
const SEED = 19_920_401;

export async function makeCustomers(dataDir: string, count: number): Promise<BenchUser[]> {
  mkdirSync(dataDir, { recursive: true });
  const store = new DirectoryStore(pathsOf(dataDir).users, LIMITS.changesPerCheckpoint);
  try {
    const userIds = customerIds(count);
    const nowMs = Date.now();
    store.turn.begin();
    for (const [index, userId] of userIds.entries()) {
      const email = `customer${index}@bench.outcry`;
      const user = { userId, email, name: `Customer ${index}`, role: 'customer' } as const;
      store.insertUser({ ...user, passwordHash: NO_PASSWORD, isDemo: true }, nowMs);
    }
    const secret = store.secret('signing_key', randomBytes(32).toString('base64url'));
    store.turn.commit();
    return await tokensFor(userIds, Buffer.from(secret, 'base64url'));
  } finally {
    store.close();
  }
}

/** Spread evenly over the buckets, and so over the shards. */
export function customerIds(count: number): string[] {
  const random = seededRandom(SEED);
  return Array.from({ length: count }, (_, index) => newUserId((index * 7) % BUCKETS, random));
}

export async function tokensFor(userIds: readonly string[], key: Uint8Array): Promise<BenchUser[]> {
  const users: BenchUser[] = [];
  for (const userId of userIds) {
    const user = { userId, role: 'customer' } as const;
    const token = await issueToken(key, user, Date.now(), LIMITS.tokenLifeMs);
    users.push({ userId, token });
  }
  return users;
}
