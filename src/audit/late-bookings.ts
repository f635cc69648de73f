// What was booked after a close for a trade of before it amends the values of the closes between
// (I4): each such event is recorded with exactly those sessions, and no other event is.
import type { Shard } from './shard.ts';
import type { Tally } from './tally.ts';

interface ClosedRow {
  readonly session_no: number;
  readonly closed_at_ms: number;
  readonly last_event_no: number;
}

interface MovedRow {
  readonly event_no: number;
  readonly account_no: number;
  readonly traded_at_ms: number;
}

interface LateRow {
  readonly event_no: number;
  readonly account_no: number;
  readonly first_session_no: number;
  readonly last_session_no: number;
}

const CLOSED = `
  SELECT session_no, closed_at_ms, last_event_no
  FROM sessions WHERE closed_at_ms IS NOT NULL ORDER BY session_no`;
const FILLS = `
  SELECT event_no, events.account_no, exchange_at_ms AS traded_at_ms
  FROM events JOIN fills ON fills.fill_no = events.fill_no`;
/** Busts and corrections, by the trade that they are about. */
const CHANGES = `
  SELECT event_no, events.account_no, exchange_at_ms AS traded_at_ms
  FROM (SELECT DISTINCT order_no FROM amendments) AS amended
  JOIN events ON events.order_no = amended.order_no
  JOIN fills ON fills.order_no = events.order_no
    AND fills.exec_id = json_extract(events.detail, '$.trade.execId')
  WHERE events.kind IN ('trade_busted', 'trade_corrected')`;
/** Trades that the house gave away, and what their owners received: deposits of shares. */
const MOVES = `
  SELECT event_no, deposits.account_no, NULL AS traded_at_ms FROM deposits
  WHERE deposit_id LIKE 'given/%' OR deposit_id LIKE 'received/%'`;

export function auditLateBookings(shard: Shard, tally: Tally): void {
  const closes = new Closes([...shard.rows<ClosedRow>(CLOSED)]);
  if (closes.isEmpty) return;
  const recorded = new Map<number, LateRow>();
  for (const row of shard.rows<LateRow>('SELECT * FROM late_bookings')) {
    recorded.set(row.event_no, row);
  }
  tally.looked('I4', 'late bookings', recorded.size);
  for (const sql of [FILLS, CHANGES]) {
    for (const moved of shard.rows<MovedRow>(sql)) {
      const late = recorded.get(moved.event_no);
      recorded.delete(moved.event_no);
      if (!isAsDue(late, moved, closes)) {
        const sentence = 'a late booking does not amend the values that it should';
        tally.broke('I4', sentence, { shard: shard.name, ...moved, ...late });
      }
    }
  }
  // When a trade of the house was done, only the shard of the house knows.
  for (const { event_no } of shard.rows<MovedRow>(MOVES)) recorded.delete(event_no);
  for (const row of recorded.values()) {
    const sentence = 'a late booking of an event that moved no trade';
    tally.broke('I4', sentence, { shard: shard.name, ...row });
  }
}

function isAsDue(late: LateRow | undefined, moved: MovedRow, closes: Closes): boolean {
  const due = closes.between(moved);
  if (late === undefined || due === null) return late === undefined && due === null;
  const { account_no, first_session_no, last_session_no } = late;
  if (account_no !== moved.account_no) return false;
  return first_session_no === due.firstNo && last_session_no === due.lastNo;
}

class Closes {
  readonly #closes: readonly ClosedRow[];

  constructor(closes: readonly ClosedRow[]) {
    this.#closes = closes;
  }

  get isEmpty(): boolean {
    return this.#closes.length === 0;
  }

  /** Those after the trade and before its booking: null when there are none, as there should be. */
  between({ event_no, traded_at_ms }: MovedRow): { firstNo: number; lastNo: number } | null {
    let first: ClosedRow | null = null;
    let last: ClosedRow | null = null;
    for (let i = this.#closedBefore(event_no) - 1; i >= 0; i--) {
      const close = this.#closes[i];
      if (close === undefined || close.closed_at_ms < traded_at_ms) break;
      last ??= close;
      first = close;
    }
    return first && last && { firstNo: first.session_no, lastNo: last.session_no };
  }

  /** How many had closed when the event was written. */
  #closedBefore(eventNo: number): number {
    let [low, high] = [0, this.#closes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#closes[middle]?.last_event_no ?? 0) < eventNo) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
