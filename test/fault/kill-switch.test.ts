import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Api } from '../scenario/api.ts';
import { assertAudited } from '../scenario/audited.ts';
import { type ExchangeProcess, startExchange } from '../scenario/exchange-process.ts';
import { type Outcry, startOutcry, until } from '../scenario/outcry.ts';
import { tempDirectory } from '../temp-directory.ts';

const FLOWS = 48;
const PATH = '/admin/trading-state';
const HALT = { scope: 'broker', state: 'halted', reason: 'drill' } as const;
const RELEASE = { scope: 'broker', state: 'active', reason: 'drill over' } as const;

test('I15 the kill switch under load: no submit after the acknowledgement but those it names, cancels pass, a restart keeps it pressed', async (t) => {
  const exchange = await startExchange(t, tempDirectory(t));
  const outcry = await startOutcry(t, { OUTCRY_EXCHANGE_URL: exchange.url });

  await t.test('pressed while orders and cancels flow', async () => {
    const load = new Load(outcry);
    await until(() => load.placed.length > 300, 'orders to flow');
    const pressed = await press(outcry);
    t.diagnostic(`under load: applied in ${pressed.appliedInMs} ms, answered in ${pressed.ms} ms`);
    await until(() => load.halted > FLOWS, 'every client to be refused');
    await load.end();
    await assertNothingLater(exchange, pressed);
    await assertCancelsPass(outcry.user(0), load.placed);
  });

  await t.test('a restart keeps it pressed', async () => {
    process.kill(outcry.brokerPid, 'SIGKILL');
    await outcry.ready(2);
    const { body } = await outcry.admin().get(PATH);
    assert.deepEqual([body.broker.state, body.broker.reason], ['halted', 'drill']);
    const before = (await exchange.log()).length;
    const codes = new Set<string>();
    await until(async () => {
      const answer = await outcry.user(0).place(order(1));
      codes.add(answer.body.code);
      return answer.body.code === 'trading_halted';
    }, 'the refusal to be the kill switch');
    codes.delete('trading_halted');
    codes.delete('account_reconciling'); // an order of before the kill that is being asked about
    assert.deepEqual([...codes], []);
    const later = (await exchange.log()).slice(before);
    assert.deepEqual(ordersIn(later), []);
  });

  await t.test('released, orders are taken again', async () => {
    assert.equal((await outcry.admin().request('PUT', PATH, RELEASE)).status, 200);
    const { status, body } = await outcry.user(0).place(order(2));
    assert.equal(status, 201, JSON.stringify(body));
  });

  await t.test('pressed on a silent exchange: it names what arrives there later', async () => {
    exchange.signal('SIGSTOP');
    const asked: Promise<Answer>[] = [];
    await until(async () => {
      asked.push(outcry.user(0).place(order(100 + asked.length), { prefer: 'wait=10' }));
      // Looked at twice: between two turns one is in the queue that is about to be written.
      return (await queued(outcry)) > 0 && (await queued(outcry)) > 0;
    }, 'every connection to be busy');
    const pressed = await press(outcry);
    const { appliedInMs, notSent, onTheWire } = pressed;
    const what = `${notSent} called back, ${onTheWire.length} on the wire`;
    t.diagnostic(`silent exchange: applied in ${appliedInMs} ms, ${what}`);
    // What arrives in the millisecond of the acknowledgement is not told from what was before it.
    await until(() => Date.now() > pressed.acknowledgedAtMs, 'the next millisecond');
    exchange.signal('SIGCONT');
    const answers = await Promise.all(asked);
    const calledBack = answers.filter(({ body }) => body.code === 'not_sent');
    assert(notSent > 0);
    // One may have been on its way to the queue, which then did not take it any more.
    assert(calledBack.length >= notSent, `${calledBack.length} answered, ${notSent} called back`);
    for (const { status, body } of calledBack) {
      assert.deepEqual([status, body.retry], [422, 'new_key']);
      assert.match(body.orderId, /^ord_/);
    }
    const later = await assertNothingLater(exchange, pressed);
    assert.deepEqual(later.sort(), [...onTheWire].sort(), 'what was written did arrive');
  });

  await t.test('and the auditor finds nothing', () => assertAudited(outcry, exchange));
});

interface Pressed {
  readonly acknowledgedAtMs: number;
  readonly ms: number;
  readonly appliedInMs: number;
  readonly notSent: number;
  readonly onTheWire: readonly string[];
}

async function press(outcry: Outcry): Promise<Pressed> {
  const startedAtMs = Date.now();
  const { status, body } = await outcry.admin().request('PUT', PATH, HALT);
  const acknowledgedAtMs = Date.now();
  assert.equal(status, 200, JSON.stringify(body));
  return { ...body, acknowledgedAtMs, ms: acknowledgedAtMs - startedAtMs };
}

/** The orders that reached the exchange after the acknowledgement; all of them were named. */
async function assertNothingLater(exchange: ExchangeProcess, pressed: Pressed): Promise<string[]> {
  const log = await exchange.log();
  const later = ordersIn(
    log.filter((line) => 'atMs' in line && line.atMs > pressed.acknowledgedAtMs),
  );
  const unnamed = later.filter((id) => !pressed.onTheWire.includes(id));
  assert.deepEqual(unnamed, [], 'submits were written after the acknowledgement');
  return later;
}

function ordersIn(lines: Awaited<ReturnType<ExchangeProcess['log']>>): string[] {
  return lines.flatMap((line) =>
    line.kind === 'order' || line.kind === 'refusal' ? [line.clientOrderId] : [],
  );
}

async function assertCancelsPass(api: Api, placed: readonly string[]): Promise<void> {
  const { body } = await api.get('/orders?status=submitted&limit=20');
  const open: string[] = body.orders.map(({ id }: { id: string }) => id);
  assert(open.length > 0 && open.every((id) => placed.includes(id)));
  const answers = await Promise.all(open.map((id) => api.cancel(id)));
  for (const { status, body } of answers)
    assert.deepEqual([status, body.status], [200, 'cancelled']);
}

/** Submits that wait in the connection's queue. */
async function queued({ url }: Outcry): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^\w*submits_queued (\d+)$/m.exec(text)?.[1]);
}

/** Far below the market: it rests. No two of one price meet, for all of them buy. */
function order(n: number) {
  const priceInCents = 5_000 + (n % 1_000);
  return { position: 'buy', symbol: 'IBM', type: 'limit', numShares: 1, priceInCents };
}

/** Two customers, each with many clients that place an order, cancel every other, and go on. */
class Load {
  readonly placed: string[] = [];
  halted = 0;
  #isOver = false;
  readonly #unexpected: string[] = [];
  readonly #flows: Promise<void>[];

  constructor(outcry: Outcry) {
    this.#flows = Array.from({ length: FLOWS }, (_, n) => this.#flow(outcry.user(n % 2), n));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#flows);
    assert.deepEqual(this.#unexpected, []);
  }

  async #flow(api: Api, first: number): Promise<void> {
    for (let n = first; !this.#isOver; n++) {
      const { status, body } = await api.place(order(n), { prefer: 'wait=10' });
      if (status === 201 || status === 202) {
        this.placed.push(body.id);
        if (n % 2 === 0) await api.cancel(body.id);
      } else if (body.code === 'trading_halted') this.halted++;
      else if (body.code !== 'not_sent') this.#unexpected.push(`${status} ${body.code}`);
    }
  }
}
