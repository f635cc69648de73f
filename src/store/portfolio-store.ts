// Sessions and what each user had when they closed. Users are taken in portions; one whose books
// are about to change before their turn has come is taken first, so that a value is always that of
// the close.
import type { Statement } from 'better-sqlite3';
import { USD } from '../domain/ledger.ts';
import type { ClosingPrice } from '../domain/portfolio.ts';
import type { Db } from './database.ts';
import { HOUSE } from './ledger-store.ts';
import {
  type ClosedSession,
  openSessionStatements,
  type SessionRow,
  type SessionStatements,
} from './session-rows.ts';

export interface SessionEnd {
  readonly closedAtMs: number;
  /** It was learned afterwards. */
  readonly late: boolean;
  /** The newest event that belongs to it. */
  readonly lastEventNo: number;
}

/** A closed session of which not every user has a value yet. */
interface Taking {
  readonly sessionNo: number;
  readonly priorEventNo: number;
  readonly lastEventNo: number;
  readonly lastAccountNo: number;
  takenThrough: number;
  /** Taken before their turn. */
  readonly early: Set<number>;
}

const LONG_AGO = Number.NEGATIVE_INFINITY;

type NewValue = [
  sessionNo: number,
  accountNo: number,
  cash: number,
  netDeposits: number,
  shares: string,
];

export class PortfolioStore {
  readonly #flush: () => void;
  readonly #sessions: SessionStatements;
  readonly #addPrice: Statement<[number, string, number, number]>;
  readonly #assets: Statement<[number], string>;
  readonly #accounts: Statement<[number, number, number], number>;
  readonly #balances: Statement<[number], { asset: string; amount: number }>;
  readonly #netDeposits: Statement<[number, string, number, number], number>;
  readonly #addValue: Statement<NewValue>;
  readonly #addLate: Statement<[number, number, number, number]>;
  readonly #taking: Taking[];
  #newest: SessionRow | null;
  #lastClosed: ClosedSession | null;
  /** Exchange time of the newest trade that is booked here. */
  #lastTradedAtMs: number;

  constructor(db: Db, flush: () => void) {
    this.#flush = flush;
    this.#sessions = openSessionStatements(db);
    this.#addPrice = db.prepare('INSERT INTO closing_prices VALUES (?, ?, ?, ?)');
    this.#assets = db
      .prepare<[number], string>('SELECT DISTINCT asset FROM balances WHERE account_no = ?')
      .pluck();
    this.#accounts = db
      .prepare<[number, number, number], number>(
        `SELECT account_no FROM accounts WHERE account_no > ? AND account_no <= ?
         ORDER BY account_no LIMIT ?`,
      )
      .pluck();
    this.#balances = db.prepare(
      'SELECT asset, sum(amount) AS amount FROM balances WHERE account_no = ? GROUP BY asset',
    );
    this.#netDeposits = db
      .prepare<[number, string, number, number], number>(
        `SELECT coalesce(sum(amount), 0) FROM deposits
         WHERE account_no = ? AND asset = ? AND event_no > ? AND event_no <= ?`,
      )
      .pluck();
    this.#addValue = db.prepare(
      'INSERT INTO portfolio_values VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#addLate = db.prepare('INSERT INTO late_bookings VALUES (?, ?, ?, ?)');
    this.#taking = this.#sessions.taking.all().map((row) => ({ ...row, early: new Set() }));
    this.#newest = this.#sessions.newest.get() ?? null;
    this.#lastClosed = this.#sessions.closedDown.get(this.#newest?.sessionNo ?? 0) ?? null;
    this.#lastTradedAtMs = this.#sessions.lastTradedAt.get() ?? LONG_AGO;
  }

  /** The session that trades now, as far as this shard has heard. */
  get openSession(): SessionRow | null {
    return this.#newest?.closedAtMs === null ? this.#newest : null;
  }

  get lastTradedAtMs(): number {
    return this.#lastTradedAtMs;
  }

  get isTaking(): boolean {
    return this.#taking.length > 0;
  }

  hasSession(sessionId: string): boolean {
    return this.#sessions.find.get(sessionId) !== undefined;
  }

  open(sessionId: string, tradingDate: string): SessionRow {
    const { lastInsertRowid } = this.#sessions.add.run(sessionId, tradingDate);
    const opened = { sessionNo: Number(lastInsertRowid), sessionId, closedAtMs: null };
    this.#newest = opened;
    return opened;
  }

  /** Whatever anybody here has held. */
  symbols(): string[] {
    this.#flush();
    return this.#assets.all(HOUSE).filter((asset) => asset !== USD);
  }

  /** From here on every user that is known now gets a value of that session, once. */
  close(session: SessionRow, end: SessionEnd, prices: readonly ClosingPrice[]): void {
    const { sessionNo } = session;
    const { closedAtMs, late, lastEventNo } = end;
    const priorEventNo = this.#sessions.priorEvent.get(sessionNo) ?? 0;
    const lastAccountNo = this.#sessions.lastAccount.get() ?? 0;
    const row = { sessionNo, closedAtMs, late: Number(late), lastEventNo };
    this.#sessions.close.run({ ...row, priorEventNo, lastAccountNo });
    for (const { symbol, priceInCents, lastTradedAtMs } of prices) {
      this.#addPrice.run(sessionNo, symbol, priceInCents, lastTradedAtMs);
    }
    this.#newest = { ...session, closedAtMs };
    this.#lastClosed = { sessionNo, closedAtMs };
    if (lastAccountNo === 0) return;
    const span = { sessionNo, priorEventNo, lastEventNo, lastAccountNo };
    this.#taking.push({ ...span, takenThrough: 0, early: new Set() });
  }

  /** Values of at most that many users, of the oldest session that lacks some. */
  takeNext(usersMax: number): void {
    const [taking] = this.#taking;
    if (taking === undefined) return;
    const { sessionNo, lastAccountNo } = taking;
    const accounts = this.#accounts.all(taking.takenThrough, lastAccountNo, usersMax);
    for (const accountNo of accounts) this.#take(taking, accountNo);
    const through = accounts.length < usersMax ? lastAccountNo : (accounts.at(-1) ?? lastAccountNo);
    taking.takenThrough = through;
    this.#sessions.takenThrough.run(through, sessionNo);
    if (through >= lastAccountNo) this.#taking.shift();
  }

  /** To be called before anything is posted to an account. */
  beforePosting(accountNo: number): void {
    for (const taking of this.#taking) {
      const isDue = accountNo > taking.takenThrough && accountNo <= taking.lastAccountNo;
      if (isDue) this.#take(taking, accountNo);
    }
  }

  /** What an event has posted for a trade of before a close amends the values since that trade. */
  booked(accountNo: number, eventNo: number, tradedAtMs: number): void {
    if (tradedAtMs > this.#lastTradedAtMs) this.#lastTradedAtMs = tradedAtMs;
    const last = this.#lastClosed;
    if (last === null || tradedAtMs > last.closedAtMs) return;
    let first = last.sessionNo;
    for (const { sessionNo, closedAtMs } of this.#sessions.closedDown.iterate(last.sessionNo)) {
      if (closedAtMs < tradedAtMs) break;
      first = sessionNo;
    }
    this.#flush(); // its event is of this turn
    this.#addLate.run(eventNo, accountNo, first, last.sessionNo);
  }

  #take({ sessionNo, priorEventNo, lastEventNo, early }: Taking, accountNo: number): void {
    if (early.has(accountNo)) return;
    early.add(accountNo);
    this.#flush();
    let cash = 0;
    const shares: Record<string, number> = {};
    for (const { asset, amount } of this.#balances.iterate(accountNo)) {
      if (asset === USD) cash = amount;
      else if (amount !== 0) shares[asset] = amount;
    }
    const net = this.#netDeposits.get(accountNo, USD, priorEventNo, lastEventNo) ?? 0;
    this.#addValue.run(sessionNo, accountNo, cash, net, JSON.stringify(shares));
  }
}
