// The raw limit of durable turns: the same rows in the same file, committed in batches of a given
// size, without actors.
import { RowStore } from '../harness/row-store.ts';

/** Rows per second. */
export function insertRows(path: string, rows: number, batch: number): number {
  const store = new RowStore(path);
  try {
    const beganMs = performance.now();
    for (let first = 0; first < rows; first += batch) {
      store.begin();
      for (let seq = first; seq < Math.min(first + batch, rows); seq++) store.insert(seq);
      store.commit();
      store.maintain(false);
    }
    return rows / ((performance.now() - beganMs) / 1_000);
  } finally {
    store.close();
  }
}
