// How much of everything a day has, and what of it the command line changes.
import type { BenchOptions } from '../bench.ts';
import type { FeedSettings } from '../harness/exchange-process.ts';
import { wholeOf } from '../orders/scenes.ts';

export interface DaySettings {
  /** Requests per second: orders and cancels. */
  readonly rates: readonly number[];
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly feed: FeedSettings;
  /** Each is given cash and shares of every symbol before anything begins. */
  readonly customers: number;
  /** Those that print most. */
  readonly symbolsTraded: number;
  readonly orderConnections: number;
  readonly priceStreams: number;
  readonly symbolsPerStream: number;
  /** One price stream in so many is parsed as it comes, the others are drained. */
  readonly parseOneIn: number;
  readonly drainEveryMs: number;
}

const DAY: DaySettings = {
  rates: [500, 1_000, 2_000],
  warmUpSeconds: 10,
  seconds: 30,
  feed: { symbols: 1_000, printsPerSecond: 2_000, zipf: 1 },
  customers: 100,
  symbolsTraded: 100,
  orderConnections: 256,
  priceStreams: 2_000,
  symbolsPerStream: 10,
  parseOneIn: 50,
  drainEveryMs: 1_000,
};

const QUICK: DaySettings = {
  ...DAY,
  rates: [100],
  warmUpSeconds: 1,
  seconds: 3,
  feed: { ...DAY.feed, symbols: 100 },
  customers: 20,
  symbolsTraded: 20,
  orderConnections: 32,
  priceStreams: 50,
  parseOneIn: 10,
};

export function daySettingsFor({ quick, more }: Pick<BenchOptions, 'quick' | 'more'>): DaySettings {
  const settings = quick ? QUICK : DAY;
  return {
    ...settings,
    rates: more.rates?.split(',').map((rate) => wholeOf('rates', rate)) ?? settings.rates,
    seconds: more.seconds === undefined ? settings.seconds : wholeOf('seconds', more.seconds),
  };
}
