// The rows of the sessions of one shard: statements only, prepared once.
import type { Statement } from 'better-sqlite3';
import type { Db } from './database.ts';

export interface SessionRow {
  readonly sessionNo: number;
  readonly sessionId: string;
  /** Null while it is open. */
  readonly closedAtMs: number | null;
}

export interface ClosedSession {
  readonly sessionNo: number;
  readonly closedAtMs: number;
}

interface TakingRow {
  readonly sessionNo: number;
  readonly priorEventNo: number;
  readonly lastEventNo: number;
  readonly lastAccountNo: number;
  readonly takenThrough: number;
}

export interface SessionStatements {
  readonly newest: Statement<[], SessionRow>;
  readonly find: Statement<[string], { sessionNo: number }>;
  readonly add: Statement<[string, string]>;
  readonly close: Statement;
  readonly taking: Statement<[], TakingRow>;
  readonly takenThrough: Statement<[number, number]>;
  readonly lastTradedAt: Statement<[], number>;
  readonly priorEvent: Statement<[number], number | null>;
  readonly lastAccount: Statement<[], number | null>;
  /** From that one down. */
  readonly closedDown: Statement<[number], ClosedSession>;
}

export function openSessionStatements(db: Db): SessionStatements {
  return {
    newest: db.prepare(
      `SELECT session_no AS sessionNo, session_id AS sessionId, closed_at_ms AS closedAtMs
       FROM sessions WHERE session_no = (SELECT max(session_no) FROM sessions)`,
    ),
    find: db.prepare('SELECT session_no AS sessionNo FROM sessions WHERE session_id = ?'),
    add: db.prepare('INSERT INTO sessions (session_id, trading_date) VALUES (?, ?)'),
    close: db.prepare(
      `UPDATE sessions SET closed_at_ms = @closedAtMs, late = @late,
         prior_event_no = @priorEventNo, last_event_no = @lastEventNo,
         last_account_no = @lastAccountNo
       WHERE session_no = @sessionNo`,
    ),
    taking: db.prepare(
      `SELECT session_no AS sessionNo, prior_event_no AS priorEventNo,
              last_event_no AS lastEventNo, last_account_no AS lastAccountNo,
              taken_through AS takenThrough
       FROM sessions WHERE taken_through < last_account_no ORDER BY session_no`,
    ),
    takenThrough: db.prepare('UPDATE sessions SET taken_through = ? WHERE session_no = ?'),
    lastTradedAt: db
      .prepare<[], number>(
        'SELECT exchange_at_ms FROM fills WHERE fill_no = (SELECT max(fill_no) FROM fills)',
      )
      .pluck(),
    priorEvent: db
      .prepare<[number], number | null>(
        `SELECT last_event_no FROM sessions WHERE session_no < ?
         ORDER BY session_no DESC LIMIT 1`,
      )
      .pluck(),
    lastAccount: db.prepare<[], number | null>('SELECT max(account_no) FROM accounts').pluck(),
    closedDown: db.prepare(
      `SELECT session_no AS sessionNo, closed_at_ms AS closedAtMs FROM sessions
       WHERE session_no <= ? AND closed_at_ms IS NOT NULL ORDER BY session_no DESC`,
    ),
  };
}
