// A server of a test, on a port of its own until the test ends.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:net';
import type { TestContext } from 'node:test';

/** Its URL, without a path. */
export async function listen(t: Pick<TestContext, 'after'>, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  return `http://127.0.0.1:${address.port}`;
}
