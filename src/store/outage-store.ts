// When prints may have been missed, and up to when they surely were not. Bounded in rows: beyond
// that the two outages that are closest become one, which says too much and never too little.
import type { Statement } from 'better-sqlite3';
import type { Outage } from '../domain/candle.ts';
import type { Db } from './database.ts';

export class OutageStore {
  readonly #newest: Statement<[], Outage>;
  readonly #put: Statement<[Outage]>;
  readonly #count: Statement<[], number>;
  readonly #closest: Statement<[], { fromMs: number; nextMs: number; untilMs: number }>;
  readonly #delete: Statement<[number]>;
  readonly #deleteOlder: Statement<[number]>;
  readonly #completeUntil: Statement<[], number>;
  readonly #putCompleteUntil: Statement<[number]>;

  constructor(db: Db) {
    this.#newest = db.prepare(
      `SELECT from_ms AS fromMs, until_ms AS untilMs FROM outages
       ORDER BY from_ms DESC LIMIT 1`,
    );
    this.#put = db.prepare(
      `INSERT INTO outages (from_ms, until_ms) VALUES (@fromMs, @untilMs)
       ON CONFLICT DO UPDATE SET until_ms = excluded.until_ms`,
    );
    this.#count = db.prepare<[], number>('SELECT count(*) FROM outages').pluck();
    this.#closest = db.prepare(
      `SELECT fromMs, nextMs, untilMs FROM (
         SELECT from_ms AS fromMs, until_ms AS ownUntilMs,
                lead(from_ms) OVER (ORDER BY from_ms) AS nextMs,
                lead(until_ms) OVER (ORDER BY from_ms) AS untilMs
         FROM outages)
       WHERE untilMs IS NOT NULL ORDER BY nextMs - ownUntilMs LIMIT 1`,
    );
    this.#delete = db.prepare('DELETE FROM outages WHERE from_ms = ?');
    this.#deleteOlder = db.prepare('DELETE FROM outages WHERE until_ms < ?');
    this.#completeUntil = db
      .prepare<[], number>('SELECT at_ms FROM complete_until WHERE only_row = 1')
      .pluck();
    this.#putCompleteUntil = db.prepare(
      `INSERT INTO complete_until (only_row, at_ms) VALUES (1, ?)
       ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms`,
    );
  }

  newest(): Outage | null {
    return this.#newest.get() ?? null;
  }

  /** A new one, or how an earlier one goes on. */
  put(outage: Outage, max: number): void {
    this.#put.run(outage);
    if ((this.#count.get() ?? 0) <= max) return;
    const pair = this.#closest.get();
    if (pair === undefined) return;
    this.#delete.run(pair.nextMs);
    this.#put.run({ fromMs: pair.fromMs, untilMs: pair.untilMs });
  }

  deleteOlder(beforeMs: number): void {
    this.#deleteOlder.run(beforeMs);
  }

  /** Null in a file that has seen no price yet. */
  completeUntil(): number | null {
    return this.#completeUntil.get() ?? null;
  }

  putCompleteUntil(atMs: number): void {
    this.#putCompleteUntil.run(atMs);
  }
}
