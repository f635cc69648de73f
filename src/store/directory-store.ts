// Users, credentials, symbols and what demo users were given. One writer: the directory actor.
import type { Statement } from 'better-sqlite3';
import { type Db, openDatabase } from './database.ts';
import { TradingStateStore } from './trading-state-store.ts';
import { TurnTransaction } from './transaction.ts';

const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE users (
    user_id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('customer', 'admin')),
    password_hash TEXT NOT NULL,
    is_demo INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE symbols (
    symbol TEXT PRIMARY KEY,
    company TEXT NOT NULL,
    tick_in_cents INTEGER NOT NULL,
    first_listed_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- What a shard has confirmed to have given a demo user.
  CREATE TABLE grants (
    user_id TEXT NOT NULL REFERENCES users,
    asset TEXT NOT NULL,
    PRIMARY KEY (user_id, asset)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE trading_states (
    version INTEGER PRIMARY KEY AUTOINCREMENT,
    symbol TEXT NOT NULL, -- empty: the whole broker
    state TEXT NOT NULL CHECK (state IN ('active', 'reducing', 'halted')),
    reason TEXT,
    decided_by TEXT NOT NULL,
    decided_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX trading_states_by_symbol ON trading_states (symbol, version);
  `,
];

export interface ListedUser {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'customer' | 'admin';
  readonly isDemo: boolean;
  readonly createdAtMs: number;
}

export interface User extends Omit<ListedUser, 'createdAtMs'> {
  readonly passwordHash: string;
}

export interface StoredSymbol {
  readonly symbol: string;
  readonly company: string;
  readonly tickInCents: number;
}

interface UserRow {
  readonly user_id: string;
  readonly email: string;
  readonly name: string;
  readonly role: User['role'];
  readonly password_hash: string;
  readonly is_demo: number;
  readonly created_at_ms: number;
}

export class DirectoryStore {
  readonly turn: TurnTransaction;
  readonly tradingStates: TradingStateStore;
  readonly #db: Db;
  readonly #insertUser: Statement;
  readonly #updateUser: Statement;
  readonly #putSymbol: Statement;
  readonly #putGrant: Statement;

  constructor(path: string, changesPerCheckpoint: number) {
    this.#db = openDatabase(path, {
      synchronous: 'FULL',
      migrations: MIGRATIONS,
      changesPerCheckpoint,
    });
    this.turn = new TurnTransaction(this.#db, changesPerCheckpoint);
    this.tradingStates = new TradingStateStore(this.#db);
    this.#insertUser = this.#db.prepare(
      `INSERT INTO users (user_id, email, name, role, password_hash, is_demo, created_at_ms)
       VALUES (@userId, @email, @name, @role, @passwordHash, @demo, @nowMs)`,
    );
    this.#updateUser = this.#db.prepare(
      `UPDATE users SET name = @name, role = @role, password_hash = @passwordHash, is_demo = @demo
       WHERE user_id = @userId`,
    );
    this.#putSymbol = this.#db.prepare(
      `INSERT INTO symbols (symbol, company, tick_in_cents, first_listed_at_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE
       SET company = excluded.company, tick_in_cents = excluded.tick_in_cents`,
    );
    this.#putGrant = this.#db.prepare(
      'INSERT OR IGNORE INTO grants (user_id, asset) VALUES (?, ?)',
    );
  }

  findUser(email: string): User | null {
    const row = this.#db.prepare('SELECT * FROM users WHERE email = ?').get(email);
    return row === undefined ? null : userFromRow(row as UserRow);
  }

  insertUser(user: User, nowMs: number): void {
    this.#insertUser.run({ ...user, demo: user.isDemo ? 1 : 0, isDemo: null, nowMs });
  }

  updateUser(user: User): void {
    this.#updateUser.run({ ...user, demo: user.isDemo ? 1 : 0, isDemo: null });
  }

  getUser(userId: string): ListedUser | null {
    const row = this.#db.prepare('SELECT * FROM users WHERE user_id = ?').get(userId);
    return row === undefined ? null : listedFromRow(row as UserRow);
  }

  /** By id, after `afterUserId`. */
  listUsers(afterUserId: string, max: number): ListedUser[] {
    const query = 'SELECT * FROM users WHERE user_id > ? ORDER BY user_id LIMIT ?';
    return (this.#db.prepare(query).all(afterUserId, max) as UserRow[]).map(listedFromRow);
  }

  hasSymbol(symbol: string): boolean {
    const query = 'SELECT 1 FROM symbols WHERE symbol = ?';
    return this.#db.prepare(query).get(symbol) !== undefined;
  }

  countUsers(): number {
    return this.#db.prepare('SELECT count(*) FROM users').pluck().get() as number;
  }

  listDemoUserIds(): string[] {
    const query = 'SELECT user_id FROM users WHERE is_demo = 1 ORDER BY user_id';
    return this.#db.prepare(query).pluck().all() as string[];
  }

  putSymbol({ symbol, company, tickInCents }: StoredSymbol, nowMs: number): void {
    this.#putSymbol.run(symbol, company, tickInCents, nowMs);
  }

  listSymbols(): StoredSymbol[] {
    const query =
      'SELECT symbol, company, tick_in_cents AS tickInCents FROM symbols ORDER BY symbol';
    return this.#db.prepare(query).all() as StoredSymbol[];
  }

  grantsOf(userId: string): Set<string> {
    const query = 'SELECT asset FROM grants WHERE user_id = ?';
    return new Set(this.#db.prepare(query).pluck().all(userId) as string[]);
  }

  putGrant(userId: string, asset: string): void {
    this.#putGrant.run(userId, asset);
  }

  /** The stored secret of that name; `fresh` becomes it when there is none. */
  secret(name: string, fresh: string): string {
    this.#db.prepare('INSERT OR IGNORE INTO secrets (name, value) VALUES (?, ?)').run(name, fresh);
    return this.#db.prepare('SELECT value FROM secrets WHERE name = ?').pluck().get(name) as string;
  }

  close(): void {
    this.turn.close();
  }
}

function userFromRow(row: UserRow): User {
  const { createdAtMs: _, ...user } = listedFromRow(row);
  return { ...user, passwordHash: row.password_hash };
}

function listedFromRow(row: UserRow): ListedUser {
  return {
    userId: row.user_id,
    email: row.email,
    name: row.name,
    role: row.role,
    isDemo: row.is_demo === 1,
    createdAtMs: row.created_at_ms,
  };
}
