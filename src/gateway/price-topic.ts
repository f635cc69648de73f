// One watched symbol on this gateway: its last price, the streams that want it, and its frame,
// which is encoded once per change however many streams take it.
import type { PriceChanged } from '../actors/symbol-fanout/protocol.ts';
import { priceFrameHead } from './sse-frame.ts';
import type { Stream } from './stream.ts';
import { Subscription } from './subscription.ts';

export class PriceTopic {
  readonly symbol: string;
  #last: PriceChanged | null = null;
  #frameHead: Uint8Array | null = null;
  #prints = 0;
  readonly #subscriptions: Subscription[] = [];

  constructor(symbol: string) {
    this.symbol = symbol;
  }

  get subscriptions(): readonly Subscription[] {
    return this.#subscriptions;
  }

  get hasPrice(): boolean {
    return this.#last !== null;
  }

  /** Prints heard of since the topic was opened: what a stream has merged is counted by it. */
  get prints(): number {
    return this.#prints;
  }

  /** The frame up to its number of merged prints, which each stream has its own of. */
  frameHead(): Uint8Array {
    if (this.#last === null) throw new RangeError(`${this.symbol} has no price yet`);
    this.#frameHead ??= priceFrameHead(this.#last);
    return this.#frameHead;
  }

  /** False when it only repeats what is known. */
  take(change: PriceChanged): boolean {
    if (isSame(this.#last, change)) return false;
    this.#set(change);
    this.#prints += change.merged;
    return true;
  }

  /** Whoever would bring the next price is gone for a while. False when that is known. */
  turnStale(): boolean {
    if (this.#last === null || this.#last.stale) return false;
    this.#set({ ...this.#last, stale: true });
    return true;
  }

  subscribe(stream: Stream): Subscription {
    const subscription = new Subscription(this, stream, this.#subscriptions.length);
    this.#subscriptions.push(subscription);
    return subscription;
  }

  unsubscribe(subscription: Subscription): void {
    const last = this.#subscriptions.pop();
    if (last === undefined || last === subscription) return;
    last.place = subscription.place;
    this.#subscriptions[last.place] = last;
  }

  #set(last: PriceChanged): void {
    this.#last = last;
    this.#frameHead = null;
  }
}

/** Sequence numbers begin anew with the exchange, so only a repetition can be told from news. */
function isSame(last: PriceChanged | null, change: PriceChanged): boolean {
  return (
    last !== null &&
    last.seq === change.seq &&
    last.priceInCents === change.priceInCents &&
    last.lastTradedAtMs === change.lastTradedAtMs &&
    last.stale === change.stale &&
    last.session.volume === change.session.volume
  );
}
