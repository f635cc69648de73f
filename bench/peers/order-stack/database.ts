// PostgreSQL as the stack's processes use it: a pool of connections on the local socket, and every
// transaction one call of a prepared function.
import pg from 'pg';

const { Pool, types } = pg;
export type Row = readonly (string | number | null)[];

/** The one database of the cluster, and who owns it. */
export const DATABASE = { database: 'postgres', user: 'postgres' } as const;
const INT8 = 20;
/**
 * Plans are made once, when the tables are still empty: they must be those that hold when the
 * tables are full.
 */
const PLANNED_FOR_FULL_TABLES =
  '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off';

types.setTypeParser(INT8, Number); // cents and shares here are far below 2^53

export class Database {
  readonly #pool: pg.Pool;

  constructor(socketDirectory: string, connections: number, use: 'orders' | 'audit' = 'orders') {
    this.#pool = new Pool({
      ...DATABASE,
      host: socketDirectory,
      max: connections,
      idleTimeoutMillis: 0,
      options: use === 'orders' ? PLANNED_FOR_FULL_TABLES : '-c work_mem=256MB',
    });
    // Of an idle connection: the next statement fails by itself.
    this.#pool.on('error', (error) => process.stderr.write(`PostgreSQL: ${error.message}\n`));
  }

  /** Connections are opened before the load comes, not under it. */
  async open(connections: number): Promise<void> {
    const clients = await Promise.all(
      Array.from({ length: connections }, () => this.#pool.connect()),
    );
    for (const client of clients) client.release();
  }

  /** The statement is parsed once per connection, under its name. */
  async call(name: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    const query = { name, text, values: [...values], rowMode: 'array' as const };
    const { rows } = await this.#pool.query<(string | number | null)[]>(query);
    return rows;
  }

  /** Any number of statements, without values. */
  async run(sql: string): Promise<void> {
    await this.#pool.query(sql);
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}
