// Tokens that end soon, signed with the broker's own key out of its data directory.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { issueToken } from '../../src/gateway/auth.ts';

export function tokensOf(dataDir: string) {
  const db = new Database(join(dataDir, 'directory.db'), { readonly: true });
  const stored = db.prepare("SELECT value FROM secrets WHERE name = 'signing_key'").pluck().get();
  db.close();
  const key = Buffer.from(String(stored), 'base64url');
  return (userId: string, lifeMs: number): Promise<string> =>
    issueToken(key, { userId, role: 'customer' }, Date.now(), lifeMs);
}
