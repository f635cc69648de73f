import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Api } from '../scenario/api.ts';
import { assertAudited } from '../scenario/audited.ts';
import { startExchange } from '../scenario/exchange-process.ts';
import { startOutcry, until } from '../scenario/outcry.ts';
import { tempDirectory } from '../temp-directory.ts';

const KILLS = 3;
const ORDERS_PER_ROUND = 150;

test('kill -9 of the broker while orders flow: every order that was answered 2xx is there and agrees with the exchange', async (t) => {
  const exchange = await startExchange(t, tempDirectory(t));
  const outcry = await startOutcry(t, {
    OUTCRY_EXCHANGE_URL: exchange.url,
    OUTCRY_NOT_AFTER_MS: '1500',
  });
  const acknowledged = new Map<string, Set<string>>([
    ['0', new Set()],
    ['1', new Set()],
  ]);
  for (let kill = 1; kill <= KILLS; kill++) {
    const flows = [0, 1].map((n) => flow(outcry.user(n), acknowledged.get(String(n)) ?? new Set()));
    const before = count(acknowledged);
    await until(() => count(acknowledged) > before + 40, 'orders to flow');
    process.kill(outcry.brokerPid, 'SIGKILL');
    await Promise.all(flows);
    await outcry.ready(kill + 1);
  }
  for (const [n, ids] of acknowledged) {
    const api = outcry.user(Number(n));
    await until(async () => (await unsettled(api, ids)) === 0, 'every outcome to be known');
    const atExchange = await exchange.ask([...ids]);
    for (const id of ids) {
      const { status, body } = await api.get(`/order/${id}`);
      assert.equal(status, 200, `order ${id} was answered 2xx and is gone`);
      const theirs = atExchange.get(id) ?? null;
      if (theirs === null) {
        assert.equal(body.status, 'failed', `the exchange does not know ${id}`);
        continue;
      }
      await until(
        async () => (await api.get(`/order/${id}`)).body.cumQty === theirs.cumQty,
        `order ${id} to have the exchange's quantity`,
      );
    }
  }
  const holdings = await Promise.all([0, 1].map((n) => sharesOfIbm(outcry.user(n))));
  assert(holdings.every((shares) => shares >= 0));
  await assertAudited(outcry, exchange);
});

/**
 * Sends orders one after another until the connection breaks; keeps the ids of those answered 2xx.
 */
async function flow(api: Api, acknowledged: Set<string>): Promise<void> {
  for (let n = 0; n < ORDERS_PER_ROUND; n++) {
    const order = {
      position: n % 2 === 0 ? 'buy' : 'sell',
      symbol: 'IBM',
      type: 'market',
      numShares: 1 + (n % 7),
    };
    try {
      const answer = await placed(api, order);
      if (answer.status >= 200 && answer.status < 300) acknowledged.add(answer.body.id);
    } catch (error) {
      assert(error instanceof TypeError, 'only a broken connection ends the flow');
      return;
    }
  }
}

/** Until it is taken or refused: after a kill its user's orders wait for the reconciler. */
async function placed(api: Api, order: Record<string, unknown>): Promise<Answer> {
  const keyed = { 'idempotency-key': randomUUID() };
  for (;;) {
    const answer = await api.place(order, keyed);
    if (answer.status < 300 || answer.body.retry !== 'same_key') return answer;
    await sleep(20);
  }
}

function count(acknowledged: ReadonlyMap<string, ReadonlySet<string>>): number {
  return [...acknowledged.values()].reduce((sum, ids) => sum + ids.size, 0);
}

async function unsettled(api: Api, ids: ReadonlySet<string>): Promise<number> {
  const { body } = await api.get('/orders?status=pending,pending_cancel&limit=200');
  return body.orders.filter((order: { id: string }) => ids.has(order.id)).length;
}

async function sharesOfIbm(api: Api): Promise<number> {
  const { body } = await api.get('/positions');
  const list: { symbol: string; numShares: number }[] = body.positions ?? body.holdings;
  return list.find(({ symbol }) => symbol === 'IBM')?.numShares ?? 0;
}
