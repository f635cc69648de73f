// The prices that somebody on this gateway watches. Each change is formatted once, however many
// streams take it, and goes out at the end of the tick that brought it; after a flush to many
// streams the next one waits and takes what gathered.
import { fanoutOf } from '../actors/addresses.ts';
import type { PriceChanged, UnwatchSymbol, WatchSymbol } from '../actors/symbol-fanout/protocol.ts';
import { LIMITS } from '../limits.ts';
import type { Edge } from '../runtime/edge.ts';
import type { Outbox } from './outbox.ts';
import { priceFrame } from './sse-frame.ts';
import type { Stream } from './stream.ts';
import { Watches } from './watches.ts';

interface SymbolPrice {
  last: PriceChanged | null;
  /** Of `last`, once it has gone out. */
  frame: string | null;
}

export class SymbolPrices {
  readonly #edge: Edge;
  readonly #outbox: Outbox;
  readonly #watches: Watches<SymbolPrice>;
  /** Changed since the last flush. */
  readonly #dirty = new Set<string>();
  /** Fanouts whose restarts are heard of; a subscription to life events lasts. */
  readonly #heard = new Set<string>();
  #cancelFlush: (() => void) | null = null;
  #flushNotBeforeMs = 0;

  constructor(edge: Edge, outbox: Outbox) {
    this.#edge = edge;
    this.#outbox = outbox;
    this.#watches = new Watches({
      edge,
      lingerMs: LIMITS.unwatchLingerMs,
      open: (symbol) => this.#watch(symbol),
      close: (symbol) => this.#unwatch(symbol),
    });
  }

  get symbolsWatched(): number {
    return this.#watches.size;
  }

  /** Whoever joins a watched symbol gets its last price; for the first the fanout sends it. */
  join(symbol: string, stream: Stream): void {
    const price = this.#watches.join(symbol, stream);
    if (price.last === null || this.#dirty.has(symbol)) return;
    price.frame ??= priceFrame(price.last);
    stream.offerPrice(symbol, price.frame);
  }

  leave(symbol: string, stream: Stream): void {
    this.#watches.leave(symbol, stream);
  }

  receive(change: PriceChanged): void {
    const price = this.#watches.get(change.symbol);
    // A gateway that came back in the place of one that died is still sent what that one watched.
    if (price === null) return this.#unwatch(change.symbol);
    if (isSame(price.last, change)) return;
    const isMerging = this.#dirty.has(change.symbol) && price.last !== null;
    const merged = change.merged + (isMerging ? (price.last?.merged ?? 0) : 0);
    price.last = { ...change, merged };
    price.frame = null;
    this.#dirty.add(change.symbol);
  }

  /** At the end of a tick: now, or as soon as the last flush has been paid for. */
  flushSoon(): void {
    if (this.#dirty.size === 0 || this.#cancelFlush !== null) return;
    const waitMs = this.#flushNotBeforeMs - this.#edge.nowMs();
    if (waitMs <= 0) return this.#flush();
    this.#cancelFlush = this.#edge.after(waitMs, () => {
      this.#cancelFlush = null;
      this.#flush();
      this.#outbox.flush();
    });
  }

  close(): void {
    this.#cancelFlush?.();
  }

  #flush(): void {
    const takers = new Set<Stream>();
    for (const symbol of this.#dirty) {
      const price = this.#watches.get(symbol);
      const streams = this.#watches.streamsOf(symbol);
      if (price === null || price.last === null || streams.size === 0) continue;
      price.frame ??= priceFrame(price.last);
      for (const stream of streams) {
        stream.offerPrice(symbol, price.frame);
        takers.add(stream);
      }
    }
    this.#dirty.clear();
    // Load is counted in writes, not measured in time, so that a simulated run depends on nothing
    // else.
    const pauseMs = Math.floor(takers.size / LIMITS.streamWritesPerPauseMs);
    this.#flushNotBeforeMs = this.#edge.nowMs() + Math.min(pauseMs, LIMITS.streamFlushMsMax);
    this.#outbox.touch(takers);
  }

  #watch(symbol: string): SymbolPrice {
    const fanout = fanoutOf(symbol);
    this.#edge.tell<WatchSymbol>(fanout, { kind: 'WatchSymbol', watcher: this.#edge.address });
    if (!this.#heard.has(symbol)) {
      this.#heard.add(symbol);
      this.#edge.watch(fanout, ({ state }) => {
        if (state === 'up') this.#watchAgain(symbol);
      });
    }
    return { last: null, frame: null };
  }

  /** The fanout began anew and knows no watcher; telling one that does know changes nothing. */
  #watchAgain(symbol: string): void {
    if (this.#watches.get(symbol) === null) return;
    const watcher = this.#edge.address;
    this.#edge.tell<WatchSymbol>(fanoutOf(symbol), { kind: 'WatchSymbol', watcher });
  }

  #unwatch(symbol: string): void {
    this.#dirty.delete(symbol);
    const watcher = this.#edge.address;
    this.#edge.tell<UnwatchSymbol>(fanoutOf(symbol), { kind: 'UnwatchSymbol', watcher });
  }
}

/** Sequence numbers begin anew with the exchange, so only a repetition can be told from news. */
function isSame(last: PriceChanged | null, change: PriceChanged): boolean {
  return (
    last !== null &&
    last.seq === change.seq &&
    last.priceInCents === change.priceInCents &&
    last.lastTradedAtMs === change.lastTradedAtMs &&
    last.stale === change.stale
  );
}
