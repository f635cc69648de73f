// The bank test of Jepsen: however orders, fills, fees and transfers move cash and shares about
// inside, their sum over all accounts of all shards is what came from outside, at every moment.
import { type Db, openReadOnly } from '../../src/store/database.ts';
import { ACCOUNT_CODES } from '../../src/store/ledger-store.ts';

/** By asset. */
export type Totals = Readonly<Record<string, number>>;

const TOTALS = `
  SELECT asset, sum(amount) AS amount FROM balances
  WHERE account <> ${ACCOUNT_CODES.bank} GROUP BY asset`;
/** By operators and, in a demo, at the opening; what moves between users has deposit rows too. */
const BROUGHT_IN = `
  SELECT asset, sum(amount) AS amount FROM deposits
  WHERE deposit_id LIKE 'admin/%' OR deposit_id = 'opening-cash' OR deposit_id LIKE 'listing/%'
  GROUP BY asset`;

interface Row {
  readonly asset: string;
  readonly amount: number;
}

/** Readers of the shards' files, kept open over a run. */
export class TotalsReader {
  readonly #shards: readonly ShardTotals[];

  constructor(shardPaths: readonly string[]) {
    this.#shards = shardPaths.map((path) => new ShardTotals(openReadOnly(path)));
  }

  /** Of each file as it stands at this moment. */
  read(): { readonly inside: Totals; readonly broughtIn: Totals } {
    const inside: Record<string, number> = {};
    const broughtIn: Record<string, number> = {};
    for (const shard of this.#shards) shard.addTo(inside, broughtIn);
    return { inside, broughtIn };
  }

  close(): void {
    for (const shard of this.#shards) shard.close();
  }
}

class ShardTotals {
  readonly #db: Db;
  readonly addTo: (inside: Record<string, number>, broughtIn: Record<string, number>) => void;

  constructor(db: Db) {
    const totals = db.prepare<[], Row>(TOTALS);
    const deposits = db.prepare<[], Row>(BROUGHT_IN);
    this.#db = db;
    this.addTo = db.transaction((inside, broughtIn) => {
      add(inside, totals.all());
      add(broughtIn, deposits.all());
    });
  }

  close(): void {
    this.#db.close();
  }
}

function add(sums: Record<string, number>, rows: readonly Row[]): void {
  for (const { asset, amount } of rows) sums[asset] = (sums[asset] ?? 0) + amount;
}
