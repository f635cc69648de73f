// Makes candles of what was printed, written behind in batches, and keeps them as long as is
// configured. What it holds in memory is only what is not in the file yet, so that a restart goes
// on with the stored candles, counts nothing twice, and says that something may be missing.
import { CANDLE_INTERVALS, type CandleInterval } from '../../domain/candle.ts';
import { LIMITS } from '../../limits.ts';
import type { Actor, LifeEvent } from '../../runtime/actor.ts';
import type { OpenedPrices, PriceStore } from '../../store/price-store.ts';
import { EXCHANGE_CONNECTION } from '../addresses.ts';
import type { BrokerContext } from '../context.ts';
import { type DailyFileRead, type DailyFilesListed, DailyImport } from './daily-import.ts';
import { FeedOutages } from './feed-outages.ts';
import { PendingSpans } from './pending-spans.ts';
import type { FeedLiveness, PriceHistoryCommand, PricesPrinted } from './protocol.ts';

interface FlushDue {
  readonly kind: 'FlushDue';
}

interface UpkeepDue {
  readonly kind: 'UpkeepDue';
}

interface ConnectionLife {
  readonly kind: 'ConnectionLife';
  readonly event: LifeEvent;
}

export type Message =
  | PriceHistoryCommand
  | FlushDue
  | UpkeepDue
  | ConnectionLife
  | DailyFilesListed
  | DailyFileRead;
type Ctx = BrokerContext<Message>;

export interface PriceHistoryOptions extends OpenedPrices {
  /** Days that candles are kept; 0 is for ever. */
  readonly days: Readonly<Record<CandleInterval, number>>;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * No durable actor: a turn would be a transaction, for messages of which hundreds go into one, and
 * nobody is told anything that would have to be on disk before. It also survives a file that cannot
 * be written for a while.
 */
export class PriceHistory implements Actor<Message, Ctx> {
  readonly #store: PriceStore;
  readonly #days: PriceHistoryOptions['days'];
  readonly #pending = new PendingSpans();
  readonly #outages: FeedOutages;
  readonly #import: DailyImport;
  #isRefused = false;
  #printedSinceUpkeep = false;

  constructor({ store, setAside, days }: PriceHistoryOptions, ctx: Ctx) {
    if (setAside !== null)
      ctx.log('error', 'prices.db was damaged; a new one begins', { setAside });
    this.#store = store;
    this.#days = days;
    this.#outages = new FeedOutages(store.outages, ctx.nowMs());
    this.#import = new DailyImport(store);
    this.#flush(ctx);
    this.#import.begin(ctx);
    ctx.watch(EXCHANGE_CONNECTION, (event) => ({ kind: 'ConnectionLife', event }));
    ctx.after(LIMITS.priceUpkeepMs, { kind: 'UpkeepDue' }, 'upkeep');
  }

  receive(message: Message, ctx: Ctx): void {
    switch (message.kind) {
      case 'PricesPrinted':
        return this.#onPricesPrinted(message, ctx);
      case 'FeedLiveness':
        return this.#onFeedLiveness(message, ctx);
      case 'ConnectionLife':
        return this.#onConnectionLife(message, ctx);
      case 'FlushDue':
        this.#flush(ctx);
        return;
      case 'UpkeepDue':
        return this.#onUpkeepDue(ctx);
      case 'DailyFilesListed':
        return this.#import.onListed(message, ctx);
      case 'DailyFileRead':
        return this.#import.onRead(message, ctx);
    }
  }

  close(): void {
    this.#store.close();
  }

  #onPricesPrinted(printed: PricesPrinted, ctx: Ctx): void {
    this.#printedSinceUpkeep = true;
    this.#pending.add(printed);
    const { size } = this.#pending;
    if (size >= LIMITS.candlesPendingMax) this.#giveUp(ctx);
    else if (size >= LIMITS.candleFlushMax && !this.#isRefused) this.#flush(ctx);
    else if (size === 1) ctx.after(LIMITS.candleFlushMs, { kind: 'FlushDue' }, 'flush');
  }

  #onFeedLiveness({ live }: FeedLiveness, ctx: Ctx): void {
    if (live === this.#outages.isLive) return;
    if (live) {
      this.#outages.end(ctx.nowMs());
    } else {
      while (this.#flush(ctx)); // what was heard before it is complete
      this.#outages.begin();
    }
    this.#flush(ctx);
  }

  /** What it had read and not told is gone with it; the next one begins with a snapshot. */
  #onConnectionLife({ event }: ConnectionLife, ctx: Ctx): void {
    if (event.state === 'down') this.#onFeedLiveness({ kind: 'FeedLiveness', live: false }, ctx);
  }

  /** One transaction of bounded size. True when it has written and there is more to write. */
  #flush(ctx: Ctx): boolean {
    const spans = this.#pending.oldest(LIMITS.candleFlushMax);
    const isAllStored = spans.length === this.#pending.size;
    const { error } = this.#store.write(() => {
      for (const { symbol, minuteStartMs, span } of spans) {
        this.#store.addSpan(symbol, minuteStartMs, span);
      }
      this.#outages.save(ctx.nowMs(), isAllStored);
    });
    this.#hearOfWrite(error, ctx);
    if (error === null) {
      this.#pending.remove(spans);
      this.#outages.saved(ctx.nowMs(), isAllStored);
      this.#store.maintain(false);
      ctx.count('candle_spans_written', spans.length);
    }
    if (this.#pending.size > 0) ctx.after(LIMITS.candleFlushMs, { kind: 'FlushDue' }, 'flush');
    return error === null && !isAllStored;
  }

  /** The file has refused for so long that there is no more room: what waits for it is lost. */
  #giveUp(ctx: Ctx): void {
    ctx.count('candle_spans_lost', this.#pending.size);
    this.#pending.clear();
    if (!this.#outages.isLive) return;
    this.#outages.begin();
    this.#outages.end(ctx.nowMs());
  }

  #onUpkeepDue(ctx: Ctx): void {
    this.#flush(ctx);
    this.#deleteOld(ctx);
    if (!this.#printedSinceUpkeep) this.#store.maintain(true);
    this.#printedSinceUpkeep = false;
    ctx.after(LIMITS.priceUpkeepMs, { kind: 'UpkeepDue' }, 'upkeep');
  }

  /** A bounded number per upkeep: more than can be made in that time. */
  #deleteOld(ctx: Ctx): void {
    let deleted = 0;
    const { error } = this.#store.write(() => {
      for (const interval of CANDLE_INTERVALS) {
        const beforeMs = this.#keptSince(interval, ctx);
        const max = LIMITS.candlesDeletedMax - deleted;
        if (beforeMs !== null) deleted += this.#store.deleteCandles(interval, beforeMs, max);
      }
      const kept = CANDLE_INTERVALS.map((interval) => this.#keptSince(interval, ctx) ?? 0);
      this.#store.outages.deleteOlder(Math.min(...kept)); // a candle that is kept keeps its gap
    });
    this.#hearOfWrite(error, ctx);
    if (error === null) ctx.count('candles_deleted', deleted);
  }

  /** Null: for ever. */
  #keptSince(interval: CandleInterval, ctx: Ctx): number | null {
    const days = this.#days[interval];
    return days === 0 ? null : ctx.nowMs() - days * DAY_MS;
  }

  /** Logged once, when it begins. */
  #hearOfWrite(error: string | null, ctx: Ctx): void {
    const wasRefused = this.#isRefused;
    this.#isRefused = error !== null;
    if (error === null) return;
    ctx.count('candle_writes_refused');
    if (!wasRefused) ctx.log('error', 'prices.db was not written', { error });
  }
}
