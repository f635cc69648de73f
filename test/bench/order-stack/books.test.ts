// The transactions of the stack against a PostgreSQL of their own; skipped where there is none.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { auditBooks } from '../../../bench/peers/order-stack/audit.ts';
import { Database } from '../../../bench/peers/order-stack/database.ts';
import { PostgresCluster } from '../../../bench/peers/order-stack/postgres-cluster.ts';
import { findPrograms, StackUnavailable } from '../../../bench/peers/order-stack/programs.ts';
import { schemaSql } from '../../../bench/peers/order-stack/schema.ts';
import { type PlaceItem, Statements } from '../../../bench/peers/order-stack/statements.ts';
import { createUsers } from '../../../bench/peers/order-stack/users.ts';
import { feeOn } from '../../../src/domain/money.ts';
import { FEES } from '../../../src/limits.ts';
import { tempDirectory } from '../../temp-directory.ts';

const BOOK = 'SELECT * FROM book_executions($1::json, $2, $3)';
const CASH = 1_000_000;

function programsOrReason() {
  try {
    return findPrograms();
  } catch (error) {
    if (error instanceof StackUnavailable) return error.message;
    throw error;
  }
}

const programs = programsOrReason();
const skip = typeof programs === 'string' ? programs : false;

for (const partitions of [0, 4]) {
  suite(`the books of the stack with ${partitions} partitions`, { skip }, () => {
    let stack: Awaited<ReturnType<typeof startBooks>>;
    before(async () => {
      stack = await startBooks(partitions);
    });
    after(() => stack.stop());

    test('a buy that fills in two parts', () => stack.buyInParts());
    test('a sell that is cancelled with a fill on its way', () => stack.cancelWithLateFill());
    test('what is refused or was placed before leaves nothing behind', () => stack.refusals());
    test('an execution before its order is known is left for later', () => stack.unmapped());
    test('the audit finds nothing, until a book is wrong', () => stack.audits());
  });
}

async function startBooks(partitions: number) {
  assert(typeof programs !== 'string');
  const cleanUps: (() => unknown)[] = [];
  const directory = tempDirectory({ after: (run) => cleanUps.push(run as () => unknown) });
  const postgres = await PostgresCluster.start({
    directory: join(directory, 'postgres'),
    programs,
    tuning: { commitDelayUs: 0 },
    signal: new AbortController().signal,
  });
  const database = new Database(postgres.socketDirectory, 1);
  await database.run(schemaSql(partitions));
  const plan = { count: 3, cashInCents: CASH, shares: 100, symbols: ['IBM', 'XYZ'] };
  const users = await createUsers(database, new Uint8Array(32), plan);
  const books = new Books(
    database,
    users.map(({ userId }) => userId),
  );
  const stop = async () => {
    await database.close();
    await postgres.stop();
    for (const cleanUp of cleanUps) cleanUp();
  };
  return Object.assign(books, { stop });
}

class Books {
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #users: readonly string[];
  readonly #trades: { execId: string; lastQty: number; lastPriceInCents: number }[] = [];
  #seq = 0;

  constructor(database: Database, users: readonly string[]) {
    this.#database = database;
    this.#statements = new Statements(database);
    this.#users = users;
  }

  async buyInParts(): Promise<void> {
    const [userId = ''] = this.#users;
    const item = this.#item('ord_a', userId, 'buy', 10, 1_000);
    const [placed] = await this.#statements.place([item]);
    const reserved = 10_000 + feeOn(10_000, FEES);
    assert.deepEqual(placed, {
      outcome: 'placed',
      orderId: 'ord_a',
      seq: 3,
      available: CASH - reserved,
      reserved,
    });
    assert.equal((await this.#accept(item))?.status, 'submitted');
    assert.deepEqual(await this.#trade('ord_a', 4, 990), ['traded', 'partially_filled', 4]);
    assert.deepEqual(await this.#trade('ord_a', 6, 1_000), ['traded', 'filled', 10]);
    const spent = 4 * 990 + 6 * 1_000 + feeOn(4 * 990 + 6 * 1_000, FEES);
    assert.deepEqual(await this.#cash(userId), [CASH - spent, 0]);
    const again = { execId: 'exec-1', lastQty: 4, lastPriceInCents: 990 };
    const [row] = await this.#book('ord_a', [{ kind: 'trade', ...again, cumQty: 4 }]);
    assert.equal(row?.[4], null, 'a repeated trade changes nothing');
    assert.deepEqual(await this.#cash(userId), [CASH - spent, 0]);
  }

  async cancelWithLateFill(): Promise<void> {
    const [, userId = ''] = this.#users;
    const item = this.#item('ord_b', userId, 'sell', 10, 1_000);
    await this.#statements.place([item]);
    await this.#accept(item);
    const [asked] = await this.#statements.requestCancels([{ userId, id: 'ord_b', at: 2 }]);
    assert.deepEqual(
      [asked?.status, asked?.externalId, asked?.cancels],
      ['pending_cancel', 'ext-ord_b', 1],
    );
    const settle = { userId, id: 'ord_b', at: 3, finalQty: 4, reason: null };
    const [settled] = await this.#statements.settleCancels([settle]);
    assert.equal(settled?.status, 'cancelled');
    assert.deepEqual(await this.#shares(userId), [96, 4], 'held for the fill that is to come');
    assert.deepEqual(await this.#trade('ord_b', 4, 1_000), ['traded', 'cancelled', 4]);
    assert.deepEqual(await this.#shares(userId), [96, 0]);
    assert.deepEqual(await this.#cash(userId), [CASH + 4_000 - feeOn(4_000, FEES), 0]);
    const [late] = await this.#book('ord_b', [
      { kind: 'cancelled', execId: 'exec-c', lastQty: null, lastPriceInCents: null, cumQty: 4 },
    ]);
    assert.equal(late?.[4], null, 'it is closed already');
  }

  async refusals(): Promise<void> {
    const [, , userId = ''] = this.#users;
    const items = [
      this.#item('ord_d', userId, 'buy', 1_000, 1_001),
      this.#item('ord_e', userId, 'sell', 101, 1_000),
      this.#item('ord_f', userId, 'sell', 60, 1_000),
      { ...this.#item('ord_g', userId, 'sell', 30, 1_000), key: 'ord_f' },
      { ...this.#item('ord_h', userId, 'buy', 1, 1_000), key: 'ord_f' },
      this.#item('ord_i', userId, 'sell', 41, 1_000),
      this.#item('ord_j', 'usr_00nobody', 'sell', 1, 1_000),
    ];
    const placed = await this.#statements.place(items);
    assert.deepEqual(
      placed.map(({ outcome, orderId }) => [outcome, orderId]),
      [
        ['insufficient_buying_power', null],
        ['insufficient_shares', null],
        ['placed', 'ord_f'],
        ['replayed', 'ord_f'],
        ['replayed', 'ord_f'],
        ['insufficient_shares', null],
        ['insufficient_shares', null],
      ],
    );
    assert.deepEqual(await this.#shares(userId), [40, 60]);
    assert.deepEqual(await this.#cash(userId), [CASH, 0]);
    const refusal = { userId, id: 'ord_f', epoch: '', externalId: null, at: 2 };
    const [failed] = await this.#statements.acknowledge([{ ...refusal, reason: 'too_late' }]);
    assert.equal(failed?.status, 'failed');
    assert.deepEqual(await this.#shares(userId), [100, 0]);
  }

  async unmapped(): Promise<void> {
    const [userId = ''] = this.#users;
    const item = this.#item('ord_k', userId, 'buy', 2, 1_000);
    await this.#statements.place([item]);
    assert.deepEqual((await this.#trade('ord_k', 2, 1_000))[0], 'unmapped');
    assert.equal(await this.#position(), this.#seq - 1, 'the watermark stays before it');
    this.#trades.pop();
    await this.#accept(item);
    assert.deepEqual(await this.#trade('ord_k', 2, 1_000), ['traded', 'filled', 2]);
    assert.equal(await this.#position(), this.#seq);
  }

  async audits(): Promise<void> {
    const feed = { headSeq: this.#seq, trades: this.#trades as never };
    const report = await auditBooks(this.#database, feed);
    assert.deepEqual(report.findings, []);
    assert.deepEqual(report.statuses, { cancelled: 1, failed: 1, filled: 2 });
    assert.deepEqual([report.orders, report.fills], [4, this.#trades.length]);
    await this.#database.run('UPDATE accounts SET cash_available = cash_available + 1');
    const { findings } = await auditBooks(this.#database, { ...feed, trades: [] });
    assert.deepEqual(findings, [
      '3 accounts whose cash is not the sum of its postings',
      `${this.#trades.length} fills that the exchange does not know`,
    ]);
  }

  #item(id: string, userId: string, side: 'buy' | 'sell', shares: number, limit: number) {
    const cost = shares * limit;
    const reserve = side === 'buy' ? cost + feeOn(cost, FEES) : shares;
    const terms = { symbol: 'IBM', type: 'limit', tif: 'day', price: limit, limit } as const;
    const times = { at: 1, notAfter: 5_001 };
    const item = { id, key: id, userId, side, shares, reserve, reference: limit };
    return { ...item, ...terms, ...times } satisfies PlaceItem;
  }

  async #accept({ userId, id }: PlaceItem) {
    const item = { userId, id, epoch: 'e', externalId: `ext-${id}`, reason: null, at: 2 };
    return (await this.#statements.acknowledge([item]))[0];
  }

  async #trade(orderId: string, lastQty: number, lastPriceInCents: number) {
    const trade = { execId: `exec-${this.#seq + 1}`, lastQty, lastPriceInCents };
    this.#trades.push(trade);
    const [row] = await this.#book(orderId, [{ kind: 'trade', ...trade, cumQty: lastQty }]);
    return [row?.[1], row?.[5], row?.[6]];
  }

  #book(orderId: string, executions: readonly object[]) {
    const batch = executions.map((execution) => ({
      ...execution,
      seq: ++this.#seq,
      externalOrderId: `ext-${orderId}`,
      reason: null,
      exchangeAtMs: 1,
      at: 4,
    }));
    return this.#database.call('book', BOOK, [JSON.stringify(batch), 'e', this.#seq]);
  }

  async #cash(userId: string) {
    const text = 'SELECT cash_available, cash_reserved FROM accounts WHERE user_id = $1';
    return (await this.#database.call('cash', text, [userId]))[0];
  }

  async #shares(userId: string) {
    const text = "SELECT available, reserved FROM balances WHERE user_id = $1 AND asset = 'IBM'";
    return (await this.#database.call('shares', text, [userId]))[0];
  }

  async #position() {
    return (await this.#database.call('at', 'SELECT seq FROM feed_position', []))[0]?.[0];
  }
}
