// A data directory that real actors have filled, with the exchange's log in it, and copies of it to
// break.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { Books } from '../../proof/simulation/books.ts';
import { BrokerSimulation } from '../../proof/simulation/broker-simulation.ts';
import { People } from '../../proof/simulation/people.ts';
import { isTrade } from '../../proof/simulation/simulated-venue.ts';
import { audit } from '../../src/audit/audit.ts';
import type { AuditReport } from '../../src/domain/audit-report.ts';
import { bucketOf } from '../../src/domain/ids.ts';
import type { LogLine } from '../../src/exchange/simulator/log-record.ts';
import { tempDirectory } from '../temp-directory.ts';

const FILES = ['external-ids.db', 'orders/shard-00.db', 'orders/shard-01.db'] as const;
export const LOG = join('exchange', 'exchange.ndjson');
const VIRTUAL_MINUTES = 60_000;

/**
 * Customers trade, one trade is taken back, one is put right, and everything comes to rest. The
 * seed is one that leaves something of every kind in the first shard.
 */
export async function tradedDirectory(t: Pick<TestContext, 'after'>): Promise<string> {
  const broker = new BrokerSimulation(t, 'audited-1');
  const people = new People(broker);
  await broker.untilDone(people.arrive(4, 20), 5 * VIRTUAL_MINUTES);
  const trading = Promise.all(people.customers.map((customer) => customer.trade(25)));
  await broker.untilDone(trading, 30 * VIRTUAL_MINUTES);
  broker.venue.stopMarket();
  const [busted = '', corrected = ''] = execIdsOfFilled(broker);
  const terms = { lastQty: 1, lastPriceInCents: 10_001 };
  const { venue } = broker.venue;
  venue.run((engine, nowMs) => engine.bust(busted, nowMs));
  venue.run((engine, nowMs) => engine.correct(corrected, terms, nowMs));
  await broker.untilDone(broker.pause(30_000), VIRTUAL_MINUTES);
  return copyOf(t, broker);
}

/** One trade each of filled orders in the first shard, the one that is broken. */
function execIdsOfFilled(broker: BrokerSimulation): string[] {
  const filled = new Books(broker)
    .orders()
    .filter(({ id, status }) => status === 'filled' && bucketOf(id) % 2 === 0);
  const trades = broker.venue.records.filter(isTrade);
  return filled.flatMap(({ id }) => {
    const trade = trades.find(({ clientOrderId }) => clientOrderId === id);
    return trade === undefined ? [] : [trade.execId];
  });
}

/** The books of a running broker as they are at this moment, with the exchange's log. */
function copyOf(t: Pick<TestContext, 'after'>, broker: BrokerSimulation): string {
  const directory = tempDirectory(t);
  mkdirSync(join(directory, 'orders'));
  mkdirSync(join(directory, 'exchange'));
  cpSync(join(broker.directory, 'meta.json'), join(directory, 'meta.json'));
  for (const file of FILES) {
    const db = new Database(join(broker.directory, file), { readonly: true });
    db.prepare('VACUUM INTO ?').run(join(directory, file));
    db.close();
  }
  writeLog(
    directory,
    broker.venue.records.map((record, index) => ({ logSeq: index + 1, ...record })),
  );
  return directory;
}

function writeLog(directory: string, lines: readonly LogLine[]): void {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  writeFileSync(join(directory, LOG), `${text}\n`);
}

/** As the exchange would send it: without the ends of its groups. */
export function logOf(directory: string): string {
  return readFileSync(join(directory, LOG), 'utf8').replaceAll('\n\n', '\n');
}

/** A copy that one thing can be changed in. */
export class BrokenBooks {
  readonly directory: string;

  constructor(t: Pick<TestContext, 'after'>, original: string) {
    this.directory = tempDirectory(t);
    cpSync(original, this.directory, { recursive: true });
  }

  /** In the first shard. Exactly one row must change. */
  change(sql: string): void {
    this.#in('orders/shard-00.db', (db) => {
      const { changes } = db.prepare(sql).run();
      if (changes !== 1) throw new Error(`${changes} rows changed: ${sql}`);
    });
  }

  /** In the first shard; statements of any kind. */
  execute(sql: string): void {
    this.#in('orders/shard-00.db', (db) => db.exec(sql));
  }

  ask<Row extends object>(sql: string): Row {
    return this.#in('orders/shard-00.db', (db) => {
      const row = db.prepare<[], Row>(sql).get();
      if (row === undefined) throw new Error(`no row: ${sql}`);
      return row;
    });
  }

  executeInFeedRecord(sql: string): void {
    this.#in('external-ids.db', (db) => db.exec(sql));
  }

  changeLog(change: (lines: LogLine[]) => readonly LogLine[]): void {
    const text = readFileSync(join(this.directory, LOG), 'utf8');
    const lines = text.split('\n').filter((line) => line !== '');
    writeLog(this.directory, change(lines.map((line) => JSON.parse(line) as LogLine)));
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.directory, file), text);
  }

  audit(settled: boolean): Promise<AuditReport> {
    const { directory } = this;
    return audit({ directory, exchangeUrl: null, withoutVenueLog: 'throw', settled });
  }

  #in<Result>(file: string, work: (db: Database.Database) => Result): Result {
    const db = new Database(join(this.directory, file));
    try {
      db.pragma('foreign_keys = OFF');
      return work(db);
    } finally {
      db.close();
    }
  }
}

export function brokenOf({ verdicts }: AuditReport): string[] {
  return verdicts.filter(({ outcome }) => outcome === 'broken').map(({ invariant }) => invariant);
}
