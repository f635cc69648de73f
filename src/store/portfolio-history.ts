// A user's portfolio at the close of each session, newest first, from a read-only connection: the
// snapshots, the closing prices, and what was booked late.
import type { Statement } from 'better-sqlite3';
import {
  type LateBooking,
  type PortfolioValue,
  type PriceOf,
  valuePortfolio,
} from '../domain/portfolio.ts';
import type { Db } from './database.ts';

export interface PortfolioQuery {
  /** Closed at or after this. */
  readonly fromMs: number;
  /** Closed before this. */
  readonly toMs: number;
  /** Sessions below this number only. */
  readonly beforeSessionNo: number;
  readonly limit: number;
}

interface ValueRow {
  readonly sessionNo: number;
  readonly sessionId: string;
  readonly tradingDate: string;
  readonly closedAtMs: number;
  readonly late: number;
  readonly cashInCents: number;
  readonly netDepositsInCents: number;
  readonly shares: string;
}

interface LateRow {
  readonly eventNo: number;
  readonly firstNo: number;
  readonly lastNo: number;
  readonly bookedAtMs: number;
  readonly asset: string;
  readonly amount: number;
}

interface Late extends LateBooking {
  readonly firstNo: number;
  readonly lastNo: number;
}

/** One search by key for each session of the page: values stand by session, then by user. */
export const VALUES = `
  SELECT sessions.session_no AS sessionNo, session_id AS sessionId, trading_date AS tradingDate,
         closed_at_ms AS closedAtMs, late, cash_in_cents AS cashInCents,
         net_deposits_in_cents AS netDepositsInCents, shares
  FROM sessions
  CROSS JOIN portfolio_values AS held
    ON held.session_no = sessions.session_no AND held.account_no = @accountNo
  WHERE sessions.session_no < @beforeSessionNo AND last_account_no >= @accountNo
    AND closed_at_ms >= @fromMs AND closed_at_ms < @toMs
  ORDER BY sessions.session_no DESC LIMIT @limit`;

export const LATE = `
  SELECT late_bookings.event_no AS eventNo, first_session_no AS firstNo,
         last_session_no AS lastNo, events.at_ms AS bookedAtMs, asset, sum(amount) AS amount
  FROM late_bookings
  JOIN events ON events.event_no = late_bookings.event_no
  CROSS JOIN postings ON posting_no >= late_bookings.event_no << 5
    AND posting_no < (late_bookings.event_no + 1) << 5
    AND postings.account_no = late_bookings.account_no
  WHERE late_bookings.account_no = ? AND last_session_no >= ? AND first_session_no <= ?
  GROUP BY late_bookings.event_no, asset`;

export const CLOSING_PRICE = `
  SELECT price_in_cents AS priceInCents, traded_at_ms AS lastTradedAtMs FROM closing_prices
  WHERE session_no = ? AND symbol = ?`;

export class PortfolioHistory {
  readonly #values: Statement<[PortfolioQuery & { readonly accountNo: number }], ValueRow>;
  readonly #late: Statement<[number, number, number], LateRow>;
  readonly #price: Statement<[number, string], NonNullable<ReturnType<PriceOf>>>;

  constructor(db: Db) {
    this.#values = db.prepare(VALUES);
    this.#late = db.prepare(LATE);
    this.#price = db.prepare(CLOSING_PRICE);
  }

  /** Within one snapshot of the reader. */
  page(accountNo: number, query: PortfolioQuery): { values: PortfolioValue[]; hasMore: boolean } {
    const { limit } = query;
    const found = this.#values.all({ ...query, accountNo, limit: limit + 1 });
    const rows = found.slice(0, limit);
    const late = this.#lateIn(accountNo, rows);
    const values = rows.map((row) => this.#valueOf(row, late));
    return { values, hasMore: found.length > limit };
  }

  #lateIn(accountNo: number, rows: readonly ValueRow[]): Late[] {
    const [newest, oldest] = [rows[0], rows.at(-1)];
    if (newest === undefined || oldest === undefined) return [];
    const byEvent = new Map<number, Late & { readonly amounts: Record<string, number> }>();
    const found = this.#late.iterate(accountNo, oldest.sessionNo, newest.sessionNo);
    for (const { eventNo, asset, amount, ...span } of found) {
      const late = byEvent.get(eventNo) ?? { ...span, amounts: {} };
      late.amounts[asset] = amount;
      byEvent.set(eventNo, late);
    }
    return [...byEvent.values()];
  }

  #valueOf({ late: wasLate, shares, ...row }: ValueRow, late: readonly Late[]): PortfolioValue {
    const { sessionNo, cashInCents } = row;
    const held = { cashInCents, shares: JSON.parse(shares) as Record<string, number> };
    const concerned = late.filter(
      ({ firstNo, lastNo }) => firstNo <= sessionNo && sessionNo <= lastNo,
    );
    const priceOf: PriceOf = (symbol) => this.#price.get(sessionNo, symbol) ?? null;
    return { ...row, late: wasLate === 1, ...valuePortfolio(held, concerned, priceOf) };
  }
}
