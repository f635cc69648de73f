// Everything that stands in the databases of a data directory, for tests about what must not
// change.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** `file table` -> its rows as JSON, from one moment per file. */
export function dumpTables(dataDir: string): Map<string, string[]> {
  const files = readdirSync(dataDir, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.db') && !PASSED_OVER.has(name));
  const tables = new Map<string, string[]>();
  for (const file of files.sort()) {
    const db = new Database(join(dataDir, file), { readonly: true });
    db.transaction(() => {
      for (const name of namesIn(db)) {
        const rows = db.prepare(`SELECT * FROM "${name}"`).all();
        tables.set(
          `${file} ${name}`,
          rows.map((row) => JSON.stringify(row)),
        );
      }
    })();
    db.close();
  }
  return tables;
}

/** Held by main and the launcher, with nothing in them; and what the market changes by itself. */
const PASSED_OVER = new Set(['lock.db', 'start.db', 'prices.db']);

function namesIn(db: Database.Database): string[] {
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
  return db.prepare<[], string>(sql).pluck().all();
}
