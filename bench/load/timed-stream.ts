// One of the few streams that are parsed event by event: how old its prices are when they come,
// and which it saw last.
import type { Latencies } from '../harness/histogram.ts';
import { SseClient, type SseEvent } from '../harness/sse-client.ts';
import type { DrainedOptions } from './drained-stream.ts';
import { LastPrices } from './last-prices.ts';

/** What all parsed streams of a process count together. */
export interface TimedTotals {
  readonly age: Latencies;
  isMeasuring: boolean;
}

interface PriceData {
  readonly symbol: string;
  readonly priceInCents: number;
  readonly lastUpdated: string;
  readonly stale?: boolean;
}

export class TimedStream {
  readonly symbols: readonly string[];
  readonly prices = new LastPrices();
  events = 0;
  readonly #totals: TimedTotals;
  readonly #client: SseClient;
  /** Its snapshot has come: that is as old as its last print, and no measure of delivery. */
  readonly #begun = new Set<string>();

  constructor({ target, path, token, symbols, onClosed }: DrainedOptions, totals: TimedTotals) {
    this.symbols = symbols;
    this.#totals = totals;
    const onEvent = (event: SseEvent) => this.#take(event);
    this.#client = new SseClient({ target, path, token, onEvent, onClosed });
  }

  get bytes(): number {
    return this.#client.bytes;
  }

  get isClosed(): boolean {
    return this.#client.isClosed;
  }

  open(): Promise<void> {
    return this.#client.open();
  }

  close(): void {
    this.#client.close();
  }

  #take({ event, data }: SseEvent): void {
    if (event !== 'price') return;
    const nowMs = Date.now(); // the clock of `lastUpdated`
    this.events++;
    const { symbol, priceInCents, lastUpdated, stale = false } = JSON.parse(data) as PriceData;
    this.prices.take(symbol, priceInCents);
    const isSnapshot = !this.#begun.has(symbol);
    this.#begun.add(symbol);
    if (isSnapshot || stale || !this.#totals.isMeasuring) return;
    this.#totals.age.record(nowMs - Date.parse(lastUpdated));
  }
}
