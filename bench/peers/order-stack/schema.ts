// The tables and functions of the stack as SQL text: one function call is one transaction and one
// round trip.
import { readFileSync } from 'node:fs';
import { FEES } from '../../../src/limits.ts';

const FILES = ['schema', 'money', 'close', 'place', 'executions'] as const;
/** Tables of one user's rows. `external_ids` is found by the exchange's id alone. */
const PARTITIONED = ['accounts', 'balances', 'orders', 'fills', 'events', 'postings'] as const;
/** Room on each page for the next version of a row, so that no index is touched by an update. */
const UPDATED_FILL: Readonly<Record<string, number>> = { accounts: 40, balances: 60, orders: 60 };

/** `partitions` 0: tables as they are, without partitions. */
export function schemaSql(partitions: number): string {
  const texts = FILES.map((name) =>
    readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8'),
  );
  const values: Readonly<Record<string, string>> = {
    partitioned: partitions === 0 ? '' : 'PARTITION BY HASH (user_id)',
    fee_bps: String(FEES.bps),
    fee_min: String(FEES.minInCents),
    fee_max: String(FEES.maxInCents),
  };
  const sql = texts.join('\n').replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the schema has no value for ${name}`);
    return value;
  });
  return [sql, ...PARTITIONED.flatMap((table) => storageOf(table, partitions))].join('\n');
}

function storageOf(table: string, partitions: number): string[] {
  const fill = UPDATED_FILL[table];
  const storage = fill === undefined ? '' : `(fillfactor = ${fill})`;
  if (partitions === 0) return storage === '' ? [] : [`ALTER TABLE ${table} SET ${storage};`];
  return Array.from({ length: partitions }, (_, part) => {
    const values = `WITH (MODULUS ${partitions}, REMAINDER ${part})`;
    const options = storage === '' ? '' : ` WITH ${storage}`;
    return `CREATE TABLE ${table}_${part} PARTITION OF ${table} FOR VALUES ${values}${options};`;
  });
}
