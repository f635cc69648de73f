// The price-history by hand, over a real file, and what a reader beside it sees.
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type Message,
  PriceHistory,
  type PriceHistoryOptions,
} from '../../../src/actors/price-history/price-history.ts';
import type { ListCandlesReply } from '../../../src/actors/read-pool/protocol.ts';
import type { CandleInterval } from '../../../src/domain/candle.ts';
import { joinSpans, type PriceSpan, spanOf } from '../../../src/domain/price-span.ts';
import { candlesReply } from '../../../src/read-pool/candles.ts';
import { PriceReader } from '../../../src/store/price-reader.ts';
import { openPriceStore } from '../../../src/store/price-store.ts';
import { tempDirectory } from '../../temp-directory.ts';
import { ActorRig, START_MS } from '../test-context.ts';

export const FOR_EVER = { '1m': 0, '5m': 0, '1h': 0, '1d': 0 };
export const MINUTE_MS = 60_000;

/** Prints in a row, as price and shares. */
export function span(first: [number, number], ...others: [number, number][]): PriceSpan {
  return others.reduce((joined, print) => joinSpans(joined, spanOf(...print)), spanOf(...first));
}

export class PriceRig {
  readonly path: string;
  readonly actor: ActorRig<Message>;
  readonly reader: PriceReader;

  constructor(t: Pick<TestContext, 'after'>, days: PriceHistoryOptions['days'] = FOR_EVER) {
    this.path = join(tempDirectory(t), 'prices.db');
    this.actor = new ActorRig<Message>('price-history/0', (ctx) => {
      return new PriceHistory({ ...openPriceStore(this.path, 1_000, ctx.nowMs()), days }, ctx);
    });
    this.reader = new PriceReader(this.path);
    t.after(() => this.reader.close());
    t.after(() => this.actor.close());
  }

  /** With a live feed, a day after the broker first ran. */
  static live(t: Pick<TestContext, 'after'>, days?: PriceHistoryOptions['days']): PriceRig {
    const rig = new PriceRig(t, days);
    rig.feed(true);
    rig.later(24 * 3_600_000); // the first day began before there was anybody
    return rig;
  }

  /** A jump of the clock, and what is due then. */
  later(ms: number): void {
    this.actor.ctx.clockMs += ms;
    this.actor.advance(0);
  }

  feed(live: boolean): void {
    this.actor.receive({ kind: 'FeedLiveness', live });
  }

  /** In the present minute, or so many minutes from it. */
  print(prints: PriceSpan, { symbol = 'IBM', minutes = 0 } = {}): void {
    const now = Math.floor(this.actor.ctx.nowMs() / MINUTE_MS) * MINUTE_MS;
    const minuteStartMs = now + minutes * MINUTE_MS;
    this.actor.receive({ kind: 'PricesPrinted', symbol, minuteStartMs, span: prints });
  }

  /** Time for everything to be written. */
  settle(): void {
    this.actor.advance(1_000);
  }

  read(interval: CandleInterval, more: Partial<Parameters<typeof candlesReply>[0]> = {}) {
    const all = { symbol: 'IBM', interval, fromMs: 0, toMs: 8e15, limit: 1_000 };
    return candlesReply({ kind: 'ListCandles', ...all, ...more }, this.reader);
  }

  candles(interval: CandleInterval): ListCandlesReply['candles'] {
    return this.read(interval).candles;
  }
}

export { START_MS };
