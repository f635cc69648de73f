// The prices that somebody on this gateway watches. A change marks the streams that want it; they
// are written in rounds, each with the newest price of every symbol that has changed for it.
import { fanoutOf } from '../actors/addresses.ts';
import type { PriceChanged, UnwatchSymbol, WatchSymbol } from '../actors/symbol-fanout/protocol.ts';
import { LIMITS } from '../limits.ts';
import type { Edge } from '../runtime/edge.ts';
import { PriceRounds } from './price-rounds.ts';
import { PriceTopic } from './price-topic.ts';
import type { Stream } from './stream.ts';
import { Watches } from './watches.ts';
import type { WriteBuffer } from './write-buffer.ts';

export class SymbolPrices {
  readonly #edge: Edge;
  readonly #rounds: PriceRounds;
  readonly #watches: Watches<PriceTopic>;
  /** Fanouts whose restarts are heard of; a subscription to life events lasts. */
  readonly #heard = new Set<string>();

  constructor(edge: Edge, buffer: WriteBuffer) {
    this.#edge = edge;
    this.#rounds = new PriceRounds(edge, buffer);
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

  enter(stream: Stream): void {
    this.#rounds.enter(stream);
  }

  leave(stream: Stream): void {
    for (const symbol of stream.symbols) this.unsubscribe(symbol, stream);
    this.#rounds.leave(stream);
  }

  /** A watched symbol's last price is sent soon; for the first who wants it the fanout sends it. */
  subscribe(symbol: string, stream: Stream): void {
    if (stream.wants(symbol)) return;
    const topic = this.#watches.join(symbol);
    stream.add(topic.subscribe(stream));
    if (topic.version > 0) this.#rounds.addOne(stream.slot);
  }

  unsubscribe(symbol: string, stream: Stream): void {
    const subscription = stream.remove(symbol);
    if (subscription === null) return;
    subscription.topic.unsubscribe(subscription);
    this.#watches.leave(symbol);
  }

  receive(change: PriceChanged): void {
    const topic = this.#watches.get(change.symbol);
    // A gateway that came back in the place of one that died is still sent what that one watched.
    if (topic === null) return this.#unwatch(change.symbol);
    if (topic.take(change)) this.#rounds.add(topic.slots);
  }

  /** A stream that had fallen behind has room again. */
  resume(stream: Stream): void {
    this.#rounds.addOne(stream.slot);
    this.#rounds.beginSoon();
  }

  /** At the end of a tick, and after work that no tick has brought. */
  beginSoon(): void {
    this.#rounds.beginSoon();
  }

  close(): void {
    this.#rounds.close();
  }

  #watch(symbol: string): PriceTopic {
    const topic = new PriceTopic(symbol);
    this.#tellWatch(symbol);
    if (!this.#heard.has(symbol)) {
      this.#heard.add(symbol);
      this.#edge.watch(fanoutOf(symbol), ({ state }) => this.#onFanoutLife(symbol, state));
    }
    return topic;
  }

  /**
   * While the fanout is gone nobody knows a newer price, and it comes back knowing no watcher.
   * Telling one that does know changes nothing.
   */
  #onFanoutLife(symbol: string, state: 'up' | 'down'): void {
    const topic = this.#watches.get(symbol);
    if (topic === null) return;
    if (state === 'up') return this.#tellWatch(symbol);
    if (!topic.turnStale()) return;
    this.#rounds.add(topic.slots);
    this.#rounds.beginSoon();
  }

  #tellWatch(symbol: string): void {
    const watcher = this.#edge.address;
    this.#edge.tell<WatchSymbol>(fanoutOf(symbol), { kind: 'WatchSymbol', watcher });
  }

  #unwatch(symbol: string): void {
    const watcher = this.#edge.address;
    this.#edge.tell<UnwatchSymbol>(fanoutOf(symbol), { kind: 'UnwatchSymbol', watcher });
  }
}
