// One symbol's prices on their way to the watchers: at most one update per throttle window, the
// first at once and the last always, so that what a watcher saw last is what was published last.
import { areSameSessionPrices, type SessionPrices } from '../../domain/session-prices.ts';
import { LIMITS } from '../../limits.ts';
import type { Actor, Address, LifeEvent } from '../../runtime/actor.ts';
import { EXCHANGE_CONNECTION } from '../addresses.ts';
import type { BrokerContext, LastPrint } from '../context.ts';
import { MinutePrinter, type PrintsDue } from './minute-printer.ts';
import {
  type FeedFreshness,
  mergeChanges,
  type PriceChanged,
  type PriceTicked,
  type SymbolFanoutCommand,
  type UnwatchSymbol,
  type WatchSymbol,
} from './protocol.ts';
import { Significance, type SignificanceOptions } from './significance.ts';

interface ThrottleEnded {
  readonly kind: 'ThrottleEnded';
}

interface HoldEnded {
  readonly kind: 'HoldEnded';
}

interface ConnectionLife {
  readonly kind: 'ConnectionLife';
  readonly event: LifeEvent;
}

export type Message = SymbolFanoutCommand | ThrottleEnded | HoldEnded | ConnectionLife | PrintsDue;
type Ctx = BrokerContext<Message>;

export interface SymbolFanoutOptions extends SignificanceOptions {
  readonly symbol: string;
}

interface Known {
  readonly print: LastPrint;
  readonly session: SessionPrices;
}

export class SymbolFanout implements Actor<Message, Ctx> {
  readonly #symbol: string;
  readonly #significance: Significance;
  readonly #printer: MinutePrinter;
  /** Each with the prints that it has been told of, as `#prints` counts them. */
  readonly #watchers = new Map<Address, number>();
  #known: Known | null;
  #stale = false;
  #prints = 0;
  #isThrottled = false;
  #hasUnsent = false;

  constructor(options: SymbolFanoutOptions, ctx: Ctx) {
    this.#symbol = options.symbol;
    this.#significance = new Significance(options);
    this.#printer = new MinutePrinter(options.symbol);
    this.#known = knownOf(options.symbol, ctx);
    ctx.watch(EXCHANGE_CONNECTION, (event) => ({ kind: 'ConnectionLife', event }));
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
      case 'HoldEnded':
        return this.#announceUnsent(ctx);
      case 'ConnectionLife':
        return this.#onConnectionLife(message, ctx);
      case 'PrintsDue':
        return this.#printer.tell(ctx);
    }
  }

  sizes() {
    return { watchers: this.#watchers.size };
  }

  #onPriceTicked(ticked: PriceTicked, ctx: Ctx): void {
    const { priceInCents, exchangeAtMs, feedSeq, span, session } = ticked;
    const before = this.#known;
    const print = { priceInCents, lastTradedAtMs: exchangeAtMs, seq: feedSeq };
    this.#known = { print, session };
    if (span !== null) {
      this.#prints += span.prints;
      this.#printer.add(span, exchangeAtMs, ctx);
    }
    // A snapshot that only repeats what is known is no news.
    if (span !== null || before === null || !isSame(before, this.#known)) this.#announce(ctx);
  }

  #onFeedFreshness({ stale }: FeedFreshness, ctx: Ctx): void {
    if (stale === this.#stale) return;
    this.#stale = stale;
    this.#announce(ctx);
  }

  /** Whoever would tell that the feed is stale is gone; the next one tells when it is fresh. */
  #onConnectionLife({ event }: ConnectionLife, ctx: Ctx): void {
    if (event.state === 'down') this.#onFeedFreshness({ kind: 'FeedFreshness', stale: true }, ctx);
  }

  #onWatchSymbol({ watcher }: WatchSymbol, ctx: Ctx): void {
    if (!this.#watchers.has(watcher)) this.#watchers.set(watcher, this.#prints);
    this.#known ??= knownOf(this.#symbol, ctx);
    if (this.#known !== null) this.#send(watcher, this.#known, ctx);
  }

  #onUnwatchSymbol({ watcher }: UnwatchSymbol): void {
    this.#watchers.delete(watcher);
  }

  #onThrottleEnded(ctx: Ctx): void {
    this.#isThrottled = false;
    this.#announceUnsent(ctx);
  }

  #announceUnsent(ctx: Ctx): void {
    if (this.#hasUnsent) this.#announce(ctx);
  }

  /** Now, or with whatever else has come when the throttle ends. */
  #announce(ctx: Ctx): void {
    this.#hasUnsent = true;
    if (this.#isThrottled) return;
    const known = this.#known;
    if (known === null || this.#watchers.size === 0) {
      this.#hasUnsent = false;
      return;
    }
    const holdMs = this.#significance.holdMs(known.print, this.#stale, ctx.nowMs());
    if (holdMs > 0) return ctx.after(holdMs, { kind: 'HoldEnded' }, 'hold');
    for (const watcher of this.#watchers.keys()) this.#send(watcher, known, ctx);
    this.#significance.sent(known.print, this.#stale, ctx.nowMs());
    this.#hasUnsent = false;
    this.#isThrottled = true;
    // Windows of all symbols end together, so that a gateway has all that changed in one frame and
    // writes once to each stream: its own gathering does not add to the throttle.
    const leftMs = LIMITS.priceThrottleMs - (ctx.nowMs() % LIMITS.priceThrottleMs);
    ctx.after(leftMs, { kind: 'ThrottleEnded' }, 'throttle');
  }

  #send(watcher: Address, { print, session }: Known, ctx: Ctx): void {
    const merged = this.#prints - (this.#watchers.get(watcher) ?? 0);
    this.#watchers.set(watcher, this.#prints);
    const change: PriceChanged = {
      kind: 'PriceChanged',
      symbol: this.#symbol,
      ...print,
      merged,
      session,
      stale: this.#stale,
    };
    ctx.conflate(watcher, this.#symbol, change, mergeChanges);
  }
}

/** From the shared table, for an actor that was made after the print. */
function knownOf(symbol: string, ctx: Ctx): Known | null {
  const terms = ctx.referencePrice(symbol);
  if (terms === null || terms.price === null) return null;
  return { print: terms.price, session: terms.session };
}

function isSame(before: Known, now: Known): boolean {
  return (
    before.print.priceInCents === now.print.priceInCents &&
    before.print.lastTradedAtMs === now.print.lastTradedAtMs &&
    areSameSessionPrices(before.session, now.session)
  );
}
