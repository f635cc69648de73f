// One watched symbol on this gateway: its last price, the streams that want it, and its frame,
// which is encoded once per change however many streams take it.
import type { PriceChanged } from '../actors/symbol-fanout/protocol.ts';
import { priceFrameHead } from './sse-frame.ts';
import type { Stream } from './stream.ts';
import { Subscription } from './subscription.ts';

const SLOTS_AT_FIRST = 4;

export class PriceTopic {
  readonly symbol: string;
  /** Of the price; 0 before the first. */
  version = 0;
  /** Prints heard of since the topic was opened: what a stream has merged is counted by it. */
  prints = 0;
  #last: PriceChanged | null = null;
  #frameHead: Uint8Array | null = null;
  readonly #subscriptions: Subscription[] = [];
  /** Of their streams, in the same order: a change looks at nothing else of ten thousand. */
  #slots = new Int32Array(SLOTS_AT_FIRST);

  constructor(symbol: string) {
    this.symbol = symbol;
  }

  /** The slots of the streams that want it. */
  get slots(): Int32Array {
    return this.#slots.subarray(0, this.#subscriptions.length);
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
    this.prints += change.merged;
    return true;
  }

  /** Whoever would bring the next price is gone for a while. False when that is known. */
  turnStale(): boolean {
    if (this.#last === null || this.#last.stale) return false;
    this.#set({ ...this.#last, stale: true });
    return true;
  }

  subscribe(stream: Stream): Subscription {
    const subscription = new Subscription(this, this.#subscriptions.length);
    this.#subscriptions.push(subscription);
    if (this.#subscriptions.length > this.#slots.length) {
      const larger = new Int32Array(this.#slots.length * 2);
      larger.set(this.#slots);
      this.#slots = larger;
    }
    this.#slots[subscription.place] = stream.slot;
    return subscription;
  }

  unsubscribe({ place }: Subscription): void {
    const last = this.#subscriptions.pop();
    if (last === undefined || last.place === place) return;
    this.#slots[place] = this.#slots[last.place] ?? 0;
    this.#subscriptions[place] = last;
    last.place = place;
  }

  #set(last: PriceChanged): void {
    this.#last = last;
    this.#frameHead = null;
    this.version++;
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
