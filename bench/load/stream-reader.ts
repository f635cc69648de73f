// One parsed stream of a user: how old its prices are, how late its order events, and whether any
// of those is missing.
import type { Latencies } from '../harness/histogram.ts';
import type { SseEvent } from '../harness/sse-client.ts';
import { EventCheck } from './event-check.ts';
import type { Tally } from './tally.ts';

/** What all readers of a process count together. */
export interface StreamTotals {
  readonly priceAge: Latencies;
  readonly orderEventDelay: Latencies;
  readonly events: Tally;
  /** What has happened until then is timed. Before all time: nothing is. */
  timedUntilMs: number;
}

interface PriceData {
  readonly symbol: string;
  readonly lastUpdated: string;
  readonly stale?: boolean;
}

interface UserEventData {
  readonly at: string;
  readonly order?: { readonly id: string };
}

export class StreamReader {
  readonly check = new EventCheck();
  readonly #totals: StreamTotals;
  readonly #seenOrders: Set<string>;
  readonly #onHello: () => void;
  /**
   * Of these symbols the snapshot has come: it is as old as its last trade, and no measure of
   * delivery.
   */
  readonly #begun = new Set<string>();

  constructor(totals: StreamTotals, seenOrders: Set<string>, onHello: () => void) {
    this.#totals = totals;
    this.#seenOrders = seenOrders;
    this.#onHello = onHello;
  }

  take({ event, id, data }: SseEvent): void {
    const nowMs = Date.now(); // the clock of `lastUpdated` and `at`
    this.#totals.events.add(event);
    if (event === 'price') return this.#takePrice(JSON.parse(data) as PriceData, nowMs);
    if (event === 'hello') {
      const { headSeq } = JSON.parse(data) as { readonly headSeq: number | null };
      if (headSeq !== null) this.check.begin(headSeq);
      return this.#onHello();
    }
    if (id !== null && id !== '') this.#takeUserEvent(Number(id), data, nowMs);
  }

  #takePrice({ symbol, lastUpdated, stale = false }: PriceData, nowMs: number): void {
    const isSnapshot = !this.#begun.has(symbol);
    this.#begun.add(symbol);
    if (!isSnapshot && !stale) this.#measure(this.#totals.priceAge, lastUpdated, nowMs);
  }

  #takeUserEvent(seq: number, data: string, nowMs: number): void {
    const { at, order } = JSON.parse(data) as UserEventData;
    this.check.take(seq);
    if (order !== undefined) this.#seenOrders.add(order.id);
    this.#measure(this.#totals.orderEventDelay, at, nowMs);
  }

  #measure(latencies: Latencies, at: string, nowMs: number): void {
    const atMs = Date.parse(at);
    if (atMs <= this.#totals.timedUntilMs) latencies.record(nowMs - atMs);
  }
}
