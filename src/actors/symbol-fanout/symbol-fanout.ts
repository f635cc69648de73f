// One symbol's prices on their way to the watchers: at most one update per throttle window, the
// first at once and the last always, so that what a watcher saw last is what was published last.
import { LIMITS } from '../../limits.ts';
import type { Actor, Address } from '../../runtime/actor.ts';
import type { BrokerContext } from '../context.ts';
import type {
  FeedFreshness,
  PriceChanged,
  PriceTicked,
  SymbolFanoutCommand,
  UnwatchSymbol,
  WatchSymbol,
} from './protocol.ts';

interface ThrottleEnded {
  readonly kind: 'ThrottleEnded';
}

export type Message = SymbolFanoutCommand | ThrottleEnded;
type Ctx = BrokerContext<Message>;

export interface SymbolFanoutOptions {
  readonly symbol: string;
}

type LastPrint = Pick<PriceChanged, 'priceInCents' | 'lastTradedAtMs' | 'seq'>;

export class SymbolFanout implements Actor<Message, Ctx> {
  readonly #symbol: string;
  readonly #watchers = new Set<Address>();
  #last: LastPrint | null;
  #stale = false;
  /** Prints since the last update. */
  #merged = 0;
  #isThrottled = false;
  #hasUnsent = false;

  constructor({ symbol }: SymbolFanoutOptions, ctx: Ctx) {
    this.#symbol = symbol;
    this.#last = lastKnown(symbol, ctx);
  }

  receive(message: Message, ctx: Ctx): void {
    switch (message.kind) {
      case 'PriceTicked':
        return this.#onPriceTicked(message, ctx);
      case 'FeedFreshness':
        return this.#onFeedFreshness(message, ctx);
      case 'WatchSymbol':
        return this.#onWatchSymbol(message, ctx);
      case 'UnwatchSymbol':
        return this.#onUnwatchSymbol(message);
      case 'ThrottleEnded':
        return this.#onThrottleEnded(ctx);
    }
  }

  sizes() {
    return { watchers: this.#watchers.size };
  }

  #onPriceTicked({ priceInCents, exchangeAtMs, feedSeq, ticks }: PriceTicked, ctx: Ctx): void {
    const before = this.#last;
    this.#last = { priceInCents, lastTradedAtMs: exchangeAtMs, seq: feedSeq };
    this.#merged += ticks;
    // A snapshot that only repeats what is known is no news.
    const isKnown = before?.priceInCents === priceInCents && before.lastTradedAtMs === exchangeAtMs;
    if (ticks > 0 || !isKnown) this.#announce(ctx);
  }

  #onFeedFreshness({ stale }: FeedFreshness, ctx: Ctx): void {
    if (stale === this.#stale) return;
    this.#stale = stale;
    this.#announce(ctx);
  }

  #onWatchSymbol({ watcher }: WatchSymbol, ctx: Ctx): void {
    this.#watchers.add(watcher);
    this.#last ??= lastKnown(this.#symbol, ctx);
    if (this.#last !== null) this.#send(watcher, this.#last, 0, ctx);
  }

  #onUnwatchSymbol({ watcher }: UnwatchSymbol): void {
    this.#watchers.delete(watcher);
  }

  #onThrottleEnded(ctx: Ctx): void {
    this.#isThrottled = false;
    if (this.#hasUnsent) this.#announce(ctx);
  }

  /** Now, or with whatever else has come when the throttle ends. */
  #announce(ctx: Ctx): void {
    if (this.#isThrottled) {
      this.#hasUnsent = true;
      return;
    }
    const merged = this.#merged;
    this.#merged = 0;
    this.#hasUnsent = false;
    if (this.#last === null || this.#watchers.size === 0) return;
    for (const watcher of this.#watchers) this.#send(watcher, this.#last, merged, ctx);
    this.#isThrottled = true;
    ctx.after(LIMITS.priceThrottleMs, { kind: 'ThrottleEnded' }, 'throttle');
  }

  #send(watcher: Address, last: LastPrint, merged: number, ctx: Ctx): void {
    ctx.conflate<PriceChanged>(watcher, this.#symbol, {
      kind: 'PriceChanged',
      symbol: this.#symbol,
      ...last,
      merged,
      stale: this.#stale,
    });
  }
}

/** From the shared table, for an actor that was made after the print. */
function lastKnown(symbol: string, ctx: Ctx): LastPrint | null {
  return ctx.referencePrice(symbol)?.price ?? null;
}
