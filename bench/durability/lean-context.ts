// The least that an order shard needs of a runtime: what it sends is counted and let go of, but the
// submits that somebody has to answer. No timers, no threads, no records.
import type { OwnMessage, ShardContext } from '../../src/actors/order-shard/messages.ts';
import { NO_SESSION_PRICES } from '../../src/domain/session-prices.ts';
import type {
  Address,
  Asked,
  AskFailure,
  AskMessage,
  Message,
  ReplyOf,
  ReplyTo,
} from '../../src/runtime/actor.ts';
import type { SymbolTerms } from '../../src/shared/price-table.ts';

export interface OpenSubmit {
  readonly orderId: string;
  answered(): OwnMessage;
}

const WINDOW = 1_000_000;

export class LeanContext implements ShardContext {
  readonly self: Address = 'order-shard/00';
  /** Since they were last taken. */
  submits: OpenSubmit[] = [];
  /** By outcome. */
  readonly replies = new Map<string, number>();
  readonly #prices = new Map<string, SymbolTerms>();
  #nowMs = Date.now();

  constructor(prices: ReadonlyMap<string, number>) {
    for (const [symbol, priceInCents] of prices) {
      const price = { priceInCents, lastTradedAtMs: this.#nowMs, seq: 1 };
      const terms = { tickInCents: 1, halted: false, price, session: NO_SESSION_PRICES };
      this.#prices.set(symbol, terms);
    }
  }

  /** One time for the whole turn. */
  beginTurn(): void {
    this.#nowMs = Date.now();
  }

  nowMs(): number {
    return this.#nowMs;
  }

  random(): number {
    return Math.random();
  }

  tell(): void {
    this.count('told');
  }

  conflate(): void {
    this.count('conflated');
  }

  offer(): boolean {
    return true;
  }

  ask<M extends AskMessage>(
    _to: Address,
    message: Asked<M>,
    toOwn: (answer: ReplyOf<M> | AskFailure) => OwnMessage,
  ): void {
    const { kind, orderId } = message as unknown as Message & { readonly orderId: string };
    if (kind !== 'SubmitOrder') throw new Error(`nobody here answers ${kind}`);
    const reply = { outcome: 'handed_over' } as unknown as ReplyOf<M>;
    this.submits.push({ orderId, answered: () => toOwn(reply) });
  }

  windowFree(): number {
    return WINDOW;
  }

  reply<Reply>(_replyTo: ReplyTo<Reply>, reply: Reply): void {
    const { outcome } = reply as { readonly outcome: string };
    this.replies.set(outcome, (this.replies.get(outcome) ?? 0) + 1);
  }

  after(): void {
    this.count('timers');
  }

  cancelTimer(): void {
    this.count('timers_cancelled');
  }

  perform(): void {
    throw new Error('an order shard performs nothing');
  }

  /** The exchange is always there. */
  watch(): void {
    this.count('watches');
  }

  readonly counters = new Map<string, number>();

  count(name: string, by = 1): void {
    this.counters.set(name, (this.counters.get(name) ?? 0) + by);
  }

  log(): void {
    this.count('logged');
  }

  referencePrice(symbol: string): SymbolTerms | null {
    return this.#prices.get(symbol) ?? null;
  }
}
