// What an order shard sees of the world while books are made in bulk: a clock that is set, prices
// that stand, and its asks kept until the bulk loader answers them.
import type { BrokerContext, SymbolTerms } from '../../src/actors/context.ts';
import type { OwnMessage } from '../../src/actors/order-shard/messages.ts';
import type {
  Address,
  Asked,
  AskFailure,
  AskMessage,
  Message,
  ReplyOf,
  ReplyTo,
} from '../../src/runtime/actor.ts';

export interface BulkClock {
  nowMs: number;
}

export interface KeptAsk {
  readonly message: Message;
  readonly toOwn: (answer: unknown) => OwnMessage;
}

export interface ShardContextOptions {
  readonly self: Address;
  readonly clock: BulkClock;
  readonly random: () => number;
  readonly prices: ReadonlyMap<string, SymbolTerms>;
}

/** Nothing here is ever full. */
const ROOM = 1_000_000;

export class ShardContext implements BrokerContext<OwnMessage> {
  readonly self: Address;
  readonly #options: ShardContextOptions;
  /** Messages to itself, for a turn of their own. */
  #own: OwnMessage[] = [];
  #asks: KeptAsk[] = [];

  constructor(options: ShardContextOptions) {
    this.self = options.self;
    this.#options = options;
  }

  takeOwn(): OwnMessage[] {
    const own = this.#own;
    this.#own = [];
    return own;
  }

  takeAsks(): KeptAsk[] {
    const asks = this.#asks;
    this.#asks = [];
    return asks;
  }

  nowMs(): number {
    return this.#options.clock.nowMs;
  }

  random(): number {
    return this.#options.random();
  }

  referencePrice(symbol: string): SymbolTerms | null {
    return this.#options.prices.get(symbol) ?? null;
  }

  tell<M extends Message>(to: Address, message: M): void {
    if (to === this.self) this.#own.push(message as unknown as OwnMessage);
  }

  ask<M extends AskMessage>(
    _to: Address,
    message: Asked<M>,
    toOwn: (answer: ReplyOf<M> | AskFailure) => OwnMessage,
  ): void {
    const kept = toOwn as (answer: unknown) => OwnMessage;
    this.#asks.push({ message: message as unknown as Message, toOwn: kept });
  }

  /** What is refused would be missing in the books. */
  reply<Reply>(_replyTo: ReplyTo<Reply>, reply: Reply): void {
    const { outcome } = reply as { readonly outcome: string };
    if (outcome !== 'rejected' && outcome !== 'no_such_order') return;
    throw new Error(`the shard ${this.self} refused: ${JSON.stringify(reply)}`);
  }

  windowFree(): number {
    return ROOM;
  }

  perform(): void {
    throw new Error('an order shard has no effects');
  }

  offer(): boolean {
    return true;
  }

  // Nobody waits, watches or reads logs here, and no timer ever fires.
  conflate(): void {}
  after(): void {}
  cancelTimer(): void {}
  watch(): void {}
  count(): void {}
  log(): void {}
}
