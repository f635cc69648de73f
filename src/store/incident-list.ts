// The incidents of one shard for reading, newest first, whatever the filter: found by an index, so
// that a page costs what it shows.
import type { Statement } from 'better-sqlite3';
import type { IncidentEntry, IncidentKind } from '../domain/incident.ts';
import type { Db } from './database.ts';

export interface IncidentRow extends Omit<IncidentEntry, 'incidentId'> {
  readonly incidentNo: number;
}

export interface IncidentQuery {
  readonly kind: IncidentKind | null;
  readonly userId: string | null;
  /** Numbers below this one only. */
  readonly below: number;
  readonly limit: number;
}

interface StoredRow extends Omit<IncidentRow, 'detail'> {
  readonly detail: string;
}

const SELECT = `
  SELECT incident_no AS incidentNo, kind, incidents.at_ms AS atMs, accounts.user_id AS userId,
         orders.id AS orderId, incidents.detail
  FROM incidents
  LEFT JOIN accounts ON accounts.account_no = incidents.account_no
  LEFT JOIN orders ON orders.order_no = incidents.order_no`;

const NEWEST_FIRST = 'AND incident_no < ? ORDER BY incident_no DESC LIMIT ?';

export const INCIDENT_PAGES = {
  ofAll: `${SELECT} WHERE TRUE ${NEWEST_FIRST}`,
  ofKind: `${SELECT} WHERE kind = ? ${NEWEST_FIRST}`,
  ofUser: `${SELECT}
    WHERE incidents.account_no = (SELECT account_no FROM accounts WHERE user_id = ?)
      AND kind = coalesce(?, kind) ${NEWEST_FIRST}`,
};

export class IncidentList {
  readonly #ofAll: Statement<[number, number], StoredRow>;
  readonly #ofKind: Statement<[IncidentKind, number, number], StoredRow>;
  readonly #ofUser: Statement<[string, IncidentKind | null, number, number], StoredRow>;
  readonly #last: Statement<[], number | null>;

  constructor(db: Db) {
    this.#ofAll = db.prepare(INCIDENT_PAGES.ofAll);
    this.#ofKind = db.prepare(INCIDENT_PAGES.ofKind);
    this.#ofUser = db.prepare(INCIDENT_PAGES.ofUser);
    this.#last = db.prepare<[], number | null>('SELECT max(incident_no) FROM incidents').pluck();
  }

  /** Above every incident that is there now. */
  end(): number {
    return (this.#last.get() ?? 0) + 1;
  }

  page(query: IncidentQuery): IncidentRow[] {
    return this.#rows(query).map((row) => ({ ...row, detail: detailOf(row) }));
  }

  #rows({ kind, userId, below, limit }: IncidentQuery): StoredRow[] {
    if (userId !== null) return this.#ofUser.all(userId, kind, below, limit);
    if (kind !== null) return this.#ofKind.all(kind, below, limit);
    return this.#ofAll.all(below, limit);
  }
}

function detailOf({ detail }: StoredRow): IncidentRow['detail'] {
  return JSON.parse(detail) as IncidentRow['detail'];
}
