// Everything that can go wrong with the exchange at once, under several customers' programs, and a
// kill -9 of the broker in the middle. Then it ends, and every order that was acknowledged is there
// once, settled, with its money.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { PRESETS } from '../../src/exchange/simulator/faults/presets.ts';
import type { Answer, Api } from '../scenario/api.ts';
import { assertAudited, settled } from '../scenario/audited.ts';
import { type Outcry, until } from '../scenario/outcry.ts';
import { limitOrder, startProduct, takenAtLast } from '../scenario/product.ts';

const STORM_MS = 10_000;
const PROGRAMS = 12;
const SEED = Number(process.env['SEED'] ?? 7);
const ACKNOWLEDGED_BEFORE_KILL = 150;
const ACKNOWLEDGED_AFTER_KILL = 50;
const RETRY_AFTER_MS = 50;
const NOW = { prefer: 'wait=0' };

/** The preset's, with its outages inside the ten seconds. */
function faults(): readonly object[] {
  const storm = PRESETS['storm']?.['faults'];
  assert(Array.isArray(storm));
  return [
    ...storm.filter(({ fault }) => fault !== 'half-open' && fault !== 'restart'),
    { fault: 'half-open', afterMs: 2_000, forMs: 1_500 },
    { fault: 'restart', afterMs: 6_000, forMs: 500 },
    { fault: 'cut-feeds', afterMs: 7_500 },
  ];
}

test('storm with a kill -9 in the middle: every acknowledged key is one order, and the auditor finds nothing', async (t) => {
  const { outcry, exchange } = await startProduct(t);
  const programs = Array.from({ length: PROGRAMS }, (_, n) => new Program(outcry, n));
  await exchange.control({ do: 'faults', faults: faults(), seed: SEED });
  const over = sleep(STORM_MS); // the storm itself
  const running = programs.map((program) => program.run());
  const acknowledged = () => programs.flatMap((program) => program.acknowledged);
  await until(() => acknowledged().length >= ACKNOWLEDGED_BEFORE_KILL, 'orders to flow');
  process.kill(outcry.brokerPid, 'SIGKILL');
  await outcry.ready(2);
  const again = acknowledged().length + ACKNOWLEDGED_AFTER_KILL;
  await until(() => acknowledged().length >= again, 'orders to flow again');
  await over;
  await exchange.control({ do: 'faults', preset: 'none' });
  const endedAtMs = Date.now();
  for (const program of programs) program.end();
  await Promise.all(running);

  await awaitLastBust(outcry);
  for (const n of [0, 1]) await cancelAll(outcry.user(n));
  await settled(outcry);
  t.diagnostic(
    `${acknowledged().length} orders, settled ${Date.now() - endedAtMs} ms after the storm`,
  );

  for (const { user, key, order, id } of acknowledged()) {
    const replay = await outcry.user(user).place(order, { 'idempotency-key': key });
    assert.deepEqual(
      [replay.status, replay.body.id],
      [200, id],
      `${key} was acknowledged as ${id}`,
    );
  }
  const ids = acknowledged().map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, 'no two keys are one order');
  await assertAudited(outcry, exchange);
});

interface Acknowledged {
  readonly user: number;
  readonly key: string;
  readonly order: Record<string, unknown>;
  readonly id: string;
}

/** A customer's program: places orders, cancels every third, repeats what had no answer. */
class Program {
  readonly acknowledged: Acknowledged[] = [];
  readonly #outcry: Outcry;
  readonly #number: number;
  #hasEnded = false;

  constructor(outcry: Outcry, number: number) {
    this.#outcry = outcry;
    this.#number = number;
  }

  end(): void {
    this.#hasEnded = true;
  }

  async run(): Promise<void> {
    for (let n = 0; !this.#hasEnded; n++) {
      const key = `program-${this.#number}-${n}`;
      const order = orderOf(this.#number, n);
      const { status, body } = await this.#untilAnswered((api) =>
        api.place(order, { 'idempotency-key': key, prefer: `wait=${n % 2}` }),
      );
      const id: string | undefined = status < 300 ? body.id : body.order?.id;
      if (id === undefined) {
        await sleep(RETRY_AFTER_MS); // nothing was stored: the program tries another
        continue;
      }
      this.acknowledged.push({ user: this.#user, key, order, id });
      if (n % 3 === 0)
        await this.#untilAnswered((api) => api.request('DELETE', `/order/${id}`, undefined, NOW));
    }
  }

  get #user(): number {
    return this.#number % 2;
  }

  /** The same again after a 504, and once the broker that was killed is back. */
  async #untilAnswered(ask: (api: Api) => Promise<Answer>): Promise<Answer> {
    for (;;) {
      try {
        const answer = await ask(this.#outcry.user(this.#user));
        if (answer.status !== 504) return answer;
      } catch (error) {
        assert(error instanceof TypeError, 'only a broken connection has no answer');
        await this.#outcry.ready(2);
      }
    }
  }
}

/**
 * Against the quote, between the two customers inside the quote, and far from it; one of them buys
 * inside the quote and the other sells, so that nobody meets an order of his own.
 */
function orderOf(program: number, n: number): Record<string, unknown> {
  const isBuyer = program % 2 === 0;
  const numShares = 1 + (n % 9);
  const make = (isBuy: boolean, priceInCents: number, more = {}) =>
    limitOrder(isBuy ? 'buy' : 'sell', numShares, priceInCents, more);
  switch (n % 4) {
    case 0:
      return make(isBuyer, 10_000);
    case 1:
      return make(isBuyer, isBuyer ? 10_001 : 9_999, { timeInForce: 'ioc' });
    case 2:
      return make(isBuyer, isBuyer ? 9_500 - (n % 50) : 10_500 + (n % 50), { timeInForce: 'gtc' });
    default:
      return { position: isBuyer ? 'buy' : 'sell', symbol: 'XYZ', type: 'market', numShares };
  }
}

/** Busts come half a second after their trade, in that order: after this one there is none. */
async function awaitLastBust(outcry: Outcry): Promise<void> {
  const api = outcry.user(0);
  const order = {
    position: 'buy',
    symbol: 'XYZ',
    type: 'limit',
    numShares: 1,
    priceInCents: 5_010,
  };
  const id = await takenAtLast(api, order, { 'outcry-sandbox-fault': 'bust' });
  await api.orderAt(id, 'cancelled');
}

async function cancelAll(api: Api): Promise<void> {
  const open = async () => {
    const { body } = await api.request('DELETE', '/orders', undefined, { prefer: 'wait=5' });
    return body.results.length === 0;
  };
  await until(open, 'every order to be closed');
}
