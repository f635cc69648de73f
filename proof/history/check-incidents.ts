// Incidents that only a bug of ours brings about while the exchange keeps its protocol.
import { openReadOnly } from '../../src/store/database.ts';

const NEVER: ReadonlySet<string> = new Set([
  'external_id_conflict',
  'trade_conflict',
  'overfill',
  'fill_outside_limit',
  'order_resurrected',
  'execution_quarantined',
]);
/** Unless it has lost its book. */
const WITH_ITS_BOOK = 'forgotten_by_venue';

export function checkIncidents(
  shardPaths: readonly string[],
  { isBookLost } = { isBookLost: false },
): string[] {
  const isBug = (kind: string) => NEVER.has(kind) || (kind === WITH_ITS_BOOK && !isBookLost);
  return shardPaths.flatMap(kindsIn).flatMap((kind) => (isBug(kind) ? [`incident ${kind}`] : []));
}

function kindsIn(path: string): string[] {
  const db = openReadOnly(path);
  try {
    return db.prepare<[], string>('SELECT DISTINCT kind FROM incidents').pluck().all();
  } finally {
    db.close();
  }
}
