// A durable actor on a real SQLite file: it counts, and what it was told to do beside that tells
// whether anything escaped a turn that was rolled back.
import Database from 'better-sqlite3';
import type {
  ActorKind,
  Address,
  AskFailure,
  AskMessage,
  Context,
  DurableActor,
  Message,
  ReplyTo,
} from '../../src/runtime/actor.ts';

export interface Increment extends AskMessage {
  readonly kind: 'Increment';
  readonly by: number;
  /** Told of the new total, through the gate. */
  readonly notify: Address | null;
  /** Throws after everything else has been asked of the context. */
  readonly poison: boolean;
  readonly replyTo: ReplyTo<{ readonly outcome: 'counted'; readonly total: number }>;
}

export interface GetTotal extends AskMessage {
  readonly kind: 'GetTotal';
  readonly replyTo: ReplyTo<{ readonly outcome: 'total'; readonly total: number }>;
}

/** Kept and answered by `Release`: what an actor's memory loses when it restarts. */
export interface Hold extends AskMessage {
  readonly kind: 'Hold';
  readonly replyTo: ReplyTo<{ readonly outcome: 'released' }>;
}

export interface Total extends Message {
  readonly kind: 'Total';
  readonly total: number;
}

export type CounterMessage = Increment | GetTotal | Hold | { readonly kind: 'Release' };

export const NO_POISON = { notify: null, poison: false } as const;

class Counter implements DurableActor<CounterMessage> {
  readonly #db: Database.Database;
  readonly #held: ReplyTo[] = [];
  /** Thrown by the next commit. */
  readonly #commitFailures: Error[];

  constructor(path: string, commitFailures: Error[]) {
    this.#commitFailures = commitFailures;
    this.#db = new Database(path);
    this.#db.pragma('journal_mode = WAL');
    this.#db.exec('CREATE TABLE IF NOT EXISTS counted (by INTEGER NOT NULL) STRICT');
  }

  begin(): void {
    this.#db.exec('BEGIN IMMEDIATE');
  }

  commit(): void {
    const failure = this.#commitFailures.shift();
    if (failure !== undefined) throw failure;
    this.#db.exec('COMMIT');
  }

  rollback(): void {
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
  }

  close(): void {
    this.#db.close();
  }

  receive(message: CounterMessage, ctx: Context): void {
    switch (message.kind) {
      case 'Increment':
        return this.#onIncrement(message, ctx);
      case 'GetTotal':
        return ctx.reply(message.replyTo, { outcome: 'total', total: this.#total() });
      case 'Hold':
        this.#held.push(message.replyTo);
        return;
      case 'Release':
        for (const replyTo of this.#held.splice(0)) ctx.reply(replyTo, { outcome: 'released' });
        return;
    }
  }

  #onIncrement({ by, notify, poison, replyTo }: Increment, ctx: Context): void {
    this.#db.prepare('INSERT INTO counted (by) VALUES (?)').run(by);
    const total = this.#total();
    if (notify !== null) ctx.tell<Total>(notify, { kind: 'Total', total });
    ctx.reply(replyTo, { outcome: 'counted', total });
    ctx.count('counted');
    if (poison) throw new Error(`poison ${by}`);
  }

  #total(): number {
    return this.#db.prepare('SELECT coalesce(sum(by), 0) FROM counted').pluck().get() as number;
  }
}

/** What is in the file, read beside the actor. */
export function totalOnDisk(path: string): number {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare('SELECT coalesce(sum(by), 0) FROM counted').pluck().get() as number;
  } finally {
    db.close();
  }
}

export function counterKind(
  pathOf: (key: string) => string,
  options: { commitFailures?: Error[]; turnMessagesMax?: number } = {},
): ActorKind {
  return {
    kind: 'counter',
    create: (key) => new Counter(pathOf(key), options.commitFailures ?? []) as never,
    spawnable: false,
    passivateAfterMs: null,
    turnMessagesMax: options.turnMessagesMax ?? 64,
    mailboxMax: 256,
    askWindow: 32,
    group: null,
  };
}

export type Counted = { readonly outcome: 'counted'; readonly total: number } | AskFailure;
