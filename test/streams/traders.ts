// Customers that place and fill orders one after the other, without a pause, until they are told to
// stop.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../scenario/api.ts';

export interface Traders {
  readonly placed: number;
  /** Resolves when all that was asked for is answered. */
  stop(): Promise<void>;
}

const AT_MARKET = { type: 'market', numShares: 1 };
const PATIENTLY = { prefer: 'wait=20' };

/** `apiece`: orders of one customer under way at the same time. */
export function startTraders(
  customers: readonly Api[],
  symbols: readonly string[],
  { apiece = 1, pauseMs = 0 } = {},
): Traders {
  let isStopped = false;
  let placed = 0;
  const trade = async (api: Api, first: number): Promise<void> => {
    for (let n = first; !isStopped; n++) {
      const position = n % 2 === 0 ? 'buy' : 'sell';
      const symbol = symbols[(n >> 1) % symbols.length];
      const { status, body } = await api.place({ ...AT_MARKET, position, symbol }, PATIENTLY);
      const isTaken = status < 300;
      // On a busy machine the one before may not have traded yet.
      assert(isTaken || body.code === 'wash_trade_risk', JSON.stringify(body));
      if (isTaken) placed++;
      if (pauseMs > 0 || !isTaken) await sleep(Math.max(pauseMs, 10));
    }
  };
  const all = customers.flatMap((api) => Array.from({ length: apiece }, () => trade(api, 0)));
  const ended = Promise.all(all);
  ended.catch(() => undefined); // whoever stops them hears of it
  return {
    get placed() {
      return placed;
    },
    async stop() {
      isStopped = true;
      await ended;
    },
  };
}
