// A shard's store with another `synchronous` than the product ever has, and how often it has synced
// by the rules of SQLite.
import { openDatabase } from '../../src/store/database.ts';

export const MODES = ['FULL', 'NORMAL', 'OFF'] as const;
export type Mode = (typeof MODES)[number];

export interface Checkpoints {
  count: number;
}

/**
 * Opens as the product does, its assertion included, and changes the mode behind its back; only
 * then is it not what the product promises.
 */
export function openerFor(mode: Mode, checkpoints: Checkpoints): typeof openDatabase {
  return (path, options) => {
    const db = openDatabase(path, options);
    db.pragma(`synchronous = ${mode}`);
    const pragma = db.pragma.bind(db);
    db.pragma = (source, ...more) => {
      if (source.startsWith('wal_checkpoint')) checkpoints.count++;
      return pragma(source, ...more);
    };
    return db;
  };
}

/** The log, the file, and the header of the log that begins anew. */
const SYNCS_PER_CHECKPOINT = 3;

/** Of a log: at each commit with FULL, at checkpoints with NORMAL too, never with OFF. */
export function syncsOf(mode: Mode, commits: number, checkpoints: number): number {
  if (mode === 'OFF') return 0;
  return (mode === 'FULL' ? commits : 0) + checkpoints * SYNCS_PER_CHECKPOINT;
}
