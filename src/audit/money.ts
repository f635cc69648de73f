// Money and shares as the ledger has them: I1, I3, I4.
import { HOUSE_USER_ID } from '../domain/ids.ts';
import { USD } from '../domain/ledger.ts';
import { ACCOUNT_CODES } from '../store/ledger-store.ts';
import type { Audited } from './audited.ts';
import type { Shard } from './shard.ts';
import type { Tally } from './tally.ts';

const { available, reserved, bank, transfers } = ACCOUNT_CODES;

/** Each lists the rows that break it. */
const UNBALANCED = `
  SELECT tx_no, asset, sum(amount) AS amount FROM postings
  GROUP BY tx_no, asset HAVING sum(amount) <> 0`;
const UNCAUSED = `
  SELECT posting_no, tx_no FROM postings LEFT JOIN events ON event_no = tx_no
  WHERE event_no IS NULL`;
const ASSETS_OFF =
  'SELECT asset, sum(amount) AS amount FROM balances GROUP BY asset HAVING sum(amount) <> 0';
/**
 * What came from outside less what went there is what the bank has against it; of shares that moved
 * between users, `transfers`, whose cash is in no deposit.
 */
const BANK_OFF = `
  SELECT asset, sum(deposited) AS deposited, sum(banked) AS banked FROM (
    SELECT asset, amount AS deposited, 0 AS banked FROM deposits
    UNION ALL SELECT asset, 0, -amount FROM balances
      WHERE account = ${bank} OR (account = ${transfers} AND asset <> '${USD}')
  ) GROUP BY asset HAVING sum(deposited) <> sum(banked)`;
const NEGATIVE = `
  SELECT user_id, asset, account, amount, trading_state,
    EXISTS (SELECT 1 FROM incidents WHERE incidents.account_no = accounts.account_no) AS incident
  FROM balances JOIN accounts USING (account_no)
  WHERE account IN (${available}, ${reserved}) AND amount < 0`;
const BALANCES_OFF = `
  SELECT account_no, asset, account, sum(balance) AS balance, sum(posted) AS posted FROM (
    SELECT account_no, asset, account, amount AS balance, 0 AS posted FROM balances
    UNION ALL SELECT account_no, asset, account, 0, amount FROM postings
  ) GROUP BY account_no, asset, account HAVING sum(balance) <> sum(posted)`;

interface NegativeRow {
  readonly user_id: string;
  readonly amount: number;
  readonly trading_state: string;
  readonly incident: number;
}

export function auditMoney({ books, settled }: Audited, tally: Tally): void {
  for (const shard of books.shards) {
    tally.looked('I1', 'postings', countOf(shard, 'postings'));
    breaks(shard, UNBALANCED, (row) => tally.broke('I1', 'a transaction does not balance', row));
    breaks(shard, UNCAUSED, (row) => tally.broke('I1', 'a posting has no event', row));
    breaks(shard, ASSETS_OFF, (row) => {
      tally.broke('I1', 'the accounts of an asset do not sum to zero', row);
    });
    breaks(shard, BANK_OFF, (row) => {
      tally.broke('I1', 'deposits and withdrawals are not what the bank has', row);
    });
    tally.looked('I3', 'balances', countOf(shard, 'balances'));
    breaks<NegativeRow>(shard, NEGATIVE, (row) => {
      if (row.user_id === HOUSE_USER_ID) return; // it has no deposits: what it holds, it owes (E22)
      if (row.trading_state === 'active') tally.broke('I3', 'negative, and not restricted', row);
      else if (row.incident === 0) tally.broke('I3', 'negative, and no incident says why', row);
    });
    tally.looked('I4', 'balances', countOf(shard, 'balances'));
    breaks(shard, BALANCES_OFF, (row) => {
      tally.broke('I4', 'a balance is not the sum of its postings', row);
    });
  }
  if (settled) auditTransfers(books.shards, tally);
  else tally.notJudged('I1', 'transfers between shards: only when settled');
}

/** What left one shard has come to another. */
function auditTransfers(shards: readonly Shard[], tally: Tally): void {
  const sums = new Map<string, number>();
  for (const shard of shards) {
    const rows = shard.rows<{ asset: string; amount: number }>(
      `SELECT asset, amount FROM balances WHERE account = ${transfers}`,
    );
    for (const { asset, amount } of rows) sums.set(asset, (sums.get(asset) ?? 0) + amount);
  }
  for (const [asset, amount] of sums) {
    if (amount !== 0) tally.broke('I1', 'transfers between shards do not meet', { asset, amount });
  }
}

export function countOf(shard: Shard, table: string): number {
  const [row] = shard.rows<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
  return row?.n ?? 0;
}

/** Hands on each row of a query that lists what is broken, with the shard that has it. */
export function breaks<Row extends object>(
  shard: Shard,
  sql: string,
  broken: (row: Row & { readonly shard: string }) => void,
): void {
  for (const row of shard.rows<Row>(sql)) broken({ shard: shard.name, ...row });
}
