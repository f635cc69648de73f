// A durable actor on a real SQLite file: it adds up what it is told, a row per message, and
// writes down each step of its turns. COMMIT really fails for a row that refers to nothing,
// because that reference is checked only then.
import Database from 'better-sqlite3';
import type {
  ActorKind,
  AskMessage,
  Context,
  DurableActor,
  ReplyTo,
} from '../../src/runtime/actor.ts';
import { KIND_DEFAULTS } from './puppet.ts';

export interface Add extends AskMessage {
  readonly kind: 'Add';
  readonly amount: number;
  readonly replyTo: ReplyTo<Added>;
}

export type Added = { readonly outcome: 'added'; readonly total: number };

/** What goes wrong at the next step of this name. */
export interface Faults {
  begin?: Error;
  commit?: Error;
  rollback?: Error;
  maintain?: Error;
}

export interface SumOptions {
  readonly path: string;
  readonly steps: string[];
  readonly faults?: Faults;
  readonly onOpen?: (steps: readonly string[]) => void;
  readonly kind?: Partial<ActorKind>;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS known (amount INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY,
    amount INTEGER NOT NULL REFERENCES known (amount) DEFERRABLE INITIALLY DEFERRED
  ) STRICT;
`;

/** Amounts from here on refer to nothing. */
export const UNKNOWN_AMOUNT = 100;

export function sumKind(options: SumOptions): ActorKind {
  return {
    ...KIND_DEFAULTS,
    kind: 'sum',
    create: () => new SumActor(options) as DurableActor,
    ...options.kind,
  };
}

/** As another process sees the file. */
export function committedTotal(path: string): number {
  const reader = new Database(path, { readonly: true });
  const total = reader.prepare('SELECT coalesce(sum(amount), 0) FROM entries').pluck().get();
  reader.close();
  return Number(total);
}

class SumActor implements DurableActor<Add> {
  readonly #database: Database.Database;
  readonly #options: SumOptions;
  #total: number;

  constructor(options: SumOptions) {
    this.#options = options;
    this.#database = open(options.path);
    this.#total = committedTotal(options.path);
    options.onOpen?.(options.steps);
    this.#step(`open at ${this.#total}`);
  }

  begin(): void {
    this.#database.exec('BEGIN IMMEDIATE');
    this.#step('begin');
    this.#fail('begin');
  }

  receive({ amount, replyTo }: Add, ctx: Context): void {
    this.#step(`receive ${amount}`);
    this.#database.prepare('INSERT INTO entries (amount) VALUES (?)').run(amount);
    if (amount < 0) throw new RangeError(`${amount} is negative`);
    this.#total += amount;
    ctx.reply(replyTo, { outcome: 'added', total: this.#total } satisfies Added);
  }

  commit(): void {
    this.#step('commit');
    this.#fail('commit');
    this.#database.exec('COMMIT');
  }

  rollback(): void {
    if (!this.#database.inTransaction) return;
    this.#step('rollback');
    this.#fail('rollback');
    this.#database.exec('ROLLBACK');
  }

  maintain(idle: boolean): void {
    if (idle) this.#step('maintain, idle');
    this.#fail('maintain');
  }

  close(): void {
    this.#step('close');
    this.#database.close();
  }

  #step(step: string): void {
    this.#options.steps.push(step);
  }

  #fail(step: keyof Faults): void {
    const { faults = {} } = this.#options;
    const error = faults[step];
    delete faults[step];
    if (error !== undefined) throw error;
  }
}

function open(path: string): Database.Database {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma('foreign_keys = ON');
  database.exec(SCHEMA);
  const insert = database.prepare('INSERT OR IGNORE INTO known (amount) VALUES (?)');
  for (let amount = -1; amount < UNKNOWN_AMOUNT; amount++) insert.run(amount);
  return database;
}
