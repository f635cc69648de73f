// Values of portfolios against the ledger: what each user had at a close is the sum of the postings
// up to it (I4 cash, I5 shares), and nobody lacks a value.
import { USD } from '../domain/ledger.ts';
import type { Audited } from './audited.ts';
import { auditLateBookings } from './late-bookings.ts';
import type { Shard } from './shard.ts';
import type { Tally } from './tally.ts';

interface SessionRow {
  readonly session_no: number;
  readonly session_id: string;
  readonly last_event_no: number;
  readonly last_account_no: number;
  readonly taken_through: number;
}

interface ValueRow {
  readonly account_no: number;
  readonly cash_in_cents: number;
  readonly net_deposits_in_cents: number;
  readonly shares: string;
}

interface PostingRow {
  readonly tx_no: number;
  readonly account_no: number;
  readonly asset: string;
  readonly amount: number;
  readonly deposited: number;
}

const CLOSED = `
  SELECT session_no, session_id, last_event_no, last_account_no, taken_through
  FROM sessions WHERE closed_at_ms IS NOT NULL ORDER BY session_no`;
const VALUES = `
  SELECT account_no, cash_in_cents, net_deposits_in_cents, shares
  FROM portfolio_values WHERE session_no = ? ORDER BY account_no`;
const POSTINGS = `
  SELECT tx_no, postings.account_no, postings.asset, postings.amount,
         deposits.event_no IS NOT NULL AND deposits.asset = '${USD}' AS deposited
  FROM postings LEFT JOIN deposits ON deposits.event_no = postings.tx_no
  WHERE postings.account_no > 0 ORDER BY posting_no`;
/** Every account that has a value, or should have: one that nothing was posted to, too. */
const MISSING = `
  SELECT session_no, account_no FROM sessions
  JOIN accounts ON account_no <= min(taken_through, last_account_no)
  LEFT JOIN portfolio_values USING (session_no, account_no)
  WHERE cash_in_cents IS NULL`;

export function auditPortfolios({ books }: Audited, tally: Tally): void {
  for (const shard of books.shards) {
    auditValues(shard, tally);
    for (const row of shard.rows<object>(MISSING)) {
      tally.broke('I4', 'an account has no value of a session', { shard: shard.name, ...row });
    }
    auditLateBookings(shard, tally);
  }
}

/** Both rise: the ledger is read once, up to one close after the other. */
function auditValues(shard: Shard, tally: Tally): void {
  const ledger = new Ledger(shard);
  const values = shard.prepare<[number], ValueRow>(VALUES);
  for (const session of [...shard.rows<SessionRow>(CLOSED)]) {
    ledger.readThrough(session.last_event_no);
    for (const value of values.rows(session.session_no)) {
      tally.looked('I4', 'values');
      tally.looked('I5', 'values');
      auditValue(value, session, ledger, shard, tally);
    }
    ledger.forgetDeposits();
  }
  ledger.close();
}

function auditValue(
  value: ValueRow,
  { session_id }: SessionRow,
  ledger: Ledger,
  shard: Shard,
  tally: Tally,
): void {
  const { account_no: accountNo, cash_in_cents: cash, net_deposits_in_cents: net } = value;
  const shown = { shard: shard.name, session_id, ...value };
  const posted = ledger.of(accountNo);
  const due = posted.get(USD) ?? 0;
  if (cash !== due) {
    tally.broke('I4', `a value has ${cash} cents, the postings up to its close ${due}`, shown);
  }
  const brought = ledger.depositsOf(accountNo);
  if (net !== brought) {
    tally.broke('I4', `a value has net deposits of ${net}, booked were ${brought}`, shown);
  }
  const shares = JSON.parse(value.shares) as Record<string, number>;
  for (const symbol of new Set([...Object.keys(shares), ...posted.keys()])) {
    const [held, owed] = [shares[symbol] ?? 0, posted.get(symbol) ?? 0];
    if (symbol === USD || held === owed) continue;
    tally.broke('I5', `a value has ${held} ${symbol}, the postings up to its close ${owed}`, shown);
  }
}

/** Sums of the customers' postings up to an event, and of the deposits since the last close. */
class Ledger {
  readonly #postings: IterableIterator<PostingRow>;
  readonly #byAccount = new Map<number, Map<string, number>>();
  readonly #deposits = new Map<number, number>();
  #next: PostingRow | undefined;

  constructor(shard: Shard) {
    this.#postings = shard.rows<PostingRow>(POSTINGS);
    this.#step();
  }

  readThrough(eventNo: number): void {
    for (; this.#next !== undefined && this.#next.tx_no <= eventNo; this.#step()) {
      const { account_no: accountNo, asset, amount, deposited } = this.#next;
      const sums = this.#byAccount.get(accountNo) ?? new Map<string, number>();
      this.#byAccount.set(accountNo, sums);
      sums.set(asset, (sums.get(asset) ?? 0) + amount);
      if (deposited === 0) continue;
      this.#deposits.set(accountNo, this.depositsOf(accountNo) + amount);
    }
  }

  of(accountNo: number): ReadonlyMap<string, number> {
    return this.#byAccount.get(accountNo) ?? new Map();
  }

  depositsOf(accountNo: number): number {
    return this.#deposits.get(accountNo) ?? 0;
  }

  forgetDeposits(): void {
    this.#deposits.clear();
  }

  close(): void {
    this.#postings.return?.();
  }

  #step(): void {
    const step = this.#postings.next();
    this.#next = step.done === true ? undefined : step.value;
  }
}
