// The price processor of the peers: follows the exchange's feed and hands on at most one price per
// symbol and 100 ms, the first at once and the last always, in the bytes that Outcry would send.
import { get, type IncomingMessage } from 'node:http';
import type { Tick } from '../../src/exchange/port.ts';
import { LIMITS } from '../../src/limits.ts';

export interface PriceTaker {
  /** `data` is the JSON of a price event. */
  take(symbol: string, data: string): void;
  /** Everything that has come together was taken. */
  flush(): void;
}

type Print = Pick<Tick, 'priceInCents' | 'exchangeAtMs' | 'seq'>;

interface SymbolState {
  last: Print;
  merged: number;
  isThrottled: boolean;
}

interface Snapshot {
  readonly kind: 'snapshot';
  readonly seq: number;
  readonly symbols: readonly {
    readonly symbol: string;
    readonly lastPriceInCents: number | null;
    readonly lastTradedAtMs: number | null;
  }[];
}

/** Resolves when the snapshot was handed on; ends the process when the feed ends. */
export function followPrices(exchangeUrl: string, taker: PriceTaker): Promise<void> {
  const prices = new ThrottledPrices(taker);
  return new Promise((resolve) => {
    get(`${exchangeUrl}/v1/prices`, (response: IncomingMessage) => {
      let rest = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        const lines = `${rest}${text}`.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const frame = JSON.parse(line) as Tick | Snapshot | { readonly kind: 'heartbeat' };
          if (frame.kind === 'tick') prices.offer(frame.symbol, frame);
          if (frame.kind === 'snapshot') prices.begin(frame);
        }
        taker.flush();
        resolve();
      });
      response.on('end', () => process.exit(1));
    }).on('error', () => process.exit(1));
  });
}

class ThrottledPrices {
  readonly #taker: PriceTaker;
  readonly #symbols = new Map<string, SymbolState>();

  constructor(taker: PriceTaker) {
    this.#taker = taker;
  }

  begin({ seq, symbols }: Snapshot): void {
    for (const { symbol, lastPriceInCents, lastTradedAtMs } of symbols) {
      if (lastPriceInCents === null || lastTradedAtMs === null) continue;
      this.offer(symbol, { priceInCents: lastPriceInCents, exchangeAtMs: lastTradedAtMs, seq });
    }
  }

  offer(symbol: string, print: Print): void {
    const state = this.#symbols.get(symbol);
    if (state === undefined) {
      const fresh = { last: print, merged: 1, isThrottled: false };
      this.#symbols.set(symbol, fresh);
      return this.#send(symbol, fresh);
    }
    state.last = print;
    state.merged++;
    if (!state.isThrottled) this.#send(symbol, state);
  }

  #send(symbol: string, state: SymbolState): void {
    const { last, merged } = state;
    const lastUpdated = new Date(last.exchangeAtMs).toISOString();
    const { priceInCents, seq } = last;
    this.#taker.take(symbol, JSON.stringify({ symbol, priceInCents, lastUpdated, seq, merged }));
    state.merged = 0;
    state.isThrottled = true;
    setTimeout(() => {
      state.isThrottled = false;
      if (state.merged === 0) return;
      this.#send(symbol, state);
      this.#taker.flush();
    }, LIMITS.priceThrottleMs);
  }
}
