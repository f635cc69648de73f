// The price feed: the newest print of each symbol to the shared table and to its fan-out, merged
// per read. It is live after a snapshot, as long as no frame is missing; while it is not, every
// fan-out is told that its price is stale.
import type { ReadFeedAnswer } from '../../exchange/effects.ts';
import type { PriceSnapshot, SessionChanged, SessionState } from '../../exchange/port.ts';
import { LIMITS } from '../../limits.ts';
import type { AskFailure, Context, LifeEvent } from '../../runtime/actor.ts';
import { DIRECTORY, fanoutOf, PRICE_HISTORY } from '../addresses.ts';
import type { PricePublisher } from '../context.ts';
import type { SymbolsListed } from '../directory/protocol.ts';
import type { FeedLiveness } from '../price-history/protocol.ts';
import { type FeedFreshness, mergeTicks, type PriceTicked } from '../symbol-fanout/protocol.ts';
import {
  FeedLink,
  type FeedLinkMessage,
  type FeedOpened,
  type FeedRead,
  failureOf,
  type ReopenDue,
} from './feed-link.ts';
import { PriceBook, type PriceNews } from './price-book.ts';
import type { SessionClose } from './protocol.ts';

export interface SymbolsTaken {
  readonly kind: 'SymbolsTaken';
  readonly answer: { readonly outcome: 'listed' } | AskFailure;
}

export interface ListAgainDue {
  readonly kind: 'ListAgainDue';
}

/** Of one fan-out, which stands for the thread of all. */
export interface FanoutLife {
  readonly kind: 'FanoutLife';
  readonly event: LifeEvent;
}

export interface HistoryLife {
  readonly kind: 'HistoryLife';
  readonly event: LifeEvent;
}

export type PriceFeedMessage =
  | FeedLinkMessage
  | SymbolsTaken
  | ListAgainDue
  | FanoutLife
  | HistoryLife;
type Ctx = Context<PriceFeedMessage>;
type Frame = Extract<ReadFeedAnswer, { outcome: 'frames' }>['frames'][number];
type Place = { readonly epoch: string; readonly seq: number };
type Verdict = 'read' | 'gap' | 'reset';

export class PriceFeed {
  readonly #link = new FeedLink('prices');
  readonly #book: PriceBook;
  /** Null before the first snapshot. */
  #place: Place | null = null;
  #session: SessionState | null = null;
  #lastClose: SessionClose | null = null;
  #isLive = false;
  #watchesFanouts = false;

  constructor(publisher: PricePublisher) {
    this.#book = new PriceBook(publisher);
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  get session(): SessionState | null {
    return this.#session;
  }

  /** The newest that was heard. */
  get lastClose(): SessionClose | null {
    return this.#lastClose;
  }

  start(ctx: Ctx): void {
    this.#link.open(this.#place, ctx);
  }

  reopenDue(message: ReopenDue, ctx: Ctx): void {
    if (this.#link.isLate(message)) return;
    this.#tellFreshness(ctx); // one fan-out that was made again meanwhile takes the feed for live
    this.start(ctx);
  }

  opened(message: FeedOpened, ctx: Ctx): void {
    if (this.#link.isLate(message)) return;
    const { answer } = message;
    if (answer.outcome === 'opened') this.#link.read(ctx);
    else this.#fail(failureOf(answer), ctx);
  }

  read(message: FeedRead, ctx: Ctx): void {
    if (this.#link.isLate(message)) return;
    const { answer } = message;
    if (answer.outcome === 'frames') this.#onFrames(answer.frames, ctx);
    else this.#fail(failureOf(answer), ctx);
  }

  symbolsTaken({ answer }: SymbolsTaken, ctx: Ctx): void {
    if (answer.outcome === 'listed') return;
    ctx.after(LIMITS.linkRetryMaxMs, { kind: 'ListAgainDue' }, 'list-again');
  }

  /**
   * The first message makes a fan-out again, and its gateways watch it again when it is there: one
   * without a print for long must not wait for the next. What it takes the feed for may be wrong.
   */
  fanoutLife({ event }: FanoutLife, ctx: Ctx): void {
    if (event.state === 'down') this.#tellFreshness(ctx);
  }

  historyLife({ event }: HistoryLife, ctx: Ctx): void {
    if (event.state === 'up') this.#tellLiveness(ctx);
  }

  listAgainDue(ctx: Ctx): void {
    ctx.ask<SymbolsListed>(
      DIRECTORY,
      { kind: 'SymbolsListed', symbols: this.#book.listed },
      (answer) => ({ kind: 'SymbolsTaken', answer }),
      LIMITS.readAskMs,
    );
  }

  #onFrames(frames: readonly Frame[], ctx: Ctx): void {
    let verdict: Verdict = 'read';
    for (const frame of frames) {
      verdict = this.#step(frame, ctx);
      if (verdict !== 'read') break;
    }
    this.#publishNews(ctx);
    if (verdict === 'reset') this.#place = null;
    if (verdict !== 'read') return this.#fail(verdict, ctx);
    if (this.#place !== null) this.#live(ctx);
    this.#link.read(ctx);
  }

  #step(frame: Frame, ctx: Ctx): Verdict {
    switch (frame.kind) {
      case 'snapshot':
        this.#onSnapshot(frame, ctx);
        return 'read';
      case 'tick':
        return this.#inSequence(frame, () => {
          if (!this.#book.tick(frame)) ctx.count('ticks_of_unlisted_symbols');
        });
      case 'session':
        return this.#inSequence(frame, () => this.#onSession(frame));
      case 'halt':
        return this.#inSequence(frame, () => this.#book.halt(frame.symbol, frame.halted));
      case 'heartbeat': // ahead of us: the last frames were lost
        if (frame.epoch !== this.#place?.epoch) return 'reset';
        return frame.headSeq > this.#place.seq ? 'gap' : 'read';
      case 'reset': // a snapshot follows
        this.#place = null;
        return 'read';
      default:
        ctx.count('frames_of_another_feed');
        return 'read';
    }
  }

  #onSession({ session, exchangeAtMs, seq }: SessionChanged): void {
    const { sessionId, state } = session;
    const isNew = sessionId !== this.#session?.sessionId;
    this.#session = session;
    if (state === 'closed') this.#lastClose = { sessionId, closedAtMs: exchangeAtMs, seq };
    if (isNew) this.#book.sessionOpened();
  }

  #inSequence(frame: Place, apply: () => void): Verdict {
    if (frame.epoch !== this.#place?.epoch) return 'reset';
    if (frame.seq > this.#place.seq + 1) return 'gap';
    if (frame.seq <= this.#place.seq) return 'read'; // older than the snapshot, or repeated
    this.#place = { epoch: frame.epoch, seq: frame.seq };
    apply();
    return 'read';
  }

  #onSnapshot(snapshot: PriceSnapshot, ctx: Ctx): void {
    const { epoch, seq, session } = snapshot;
    this.#place = { epoch, seq };
    this.#session = session;
    this.#book.replace(snapshot);
    this.listAgainDue(ctx);
    this.#watchFanouts(ctx);
  }

  #watchFanouts(ctx: Ctx): void {
    const [symbol] = this.#book.symbols;
    if (this.#watchesFanouts || symbol === undefined) return;
    this.#watchesFanouts = true;
    ctx.watch(fanoutOf(symbol), (event) => ({ kind: 'FanoutLife', event }));
    ctx.watch(PRICE_HISTORY, (event) => ({ kind: 'HistoryLife', event }));
  }

  #publishNews(ctx: Ctx): void {
    for (const news of this.#book.takeNews()) {
      const { symbol } = news;
      ctx.conflate<PriceTicked>(fanoutOf(symbol), symbol, tickedOf(news), mergeTicks);
    }
  }

  #live(ctx: Ctx): void {
    this.#link.healthy();
    if (this.#isLive) return;
    this.#isLive = true;
    this.#tellFreshness(ctx);
  }

  #fail(reason: string, ctx: Ctx): void {
    this.#link.fail(reason, ctx);
    if (!this.#isLive) return;
    this.#isLive = false;
    this.#tellFreshness(ctx);
  }

  /** Conflated under a key of its own: a price that waits for room must not be replaced by it. */
  #tellFreshness(ctx: Ctx): void {
    this.#tellLiveness(ctx);
    const freshness: FeedFreshness = { kind: 'FeedFreshness', stale: !this.#isLive };
    for (const symbol of this.#book.symbols) {
      ctx.conflate(fanoutOf(symbol), `${symbol}/freshness`, freshness);
    }
  }

  #tellLiveness(ctx: Ctx): void {
    const live = this.#isLive;
    ctx.conflate<FeedLiveness>(PRICE_HISTORY, 'liveness', { kind: 'FeedLiveness', live });
  }
}

function tickedOf({ print, span, session }: PriceNews): PriceTicked {
  const { priceInCents, lastTradedAtMs: exchangeAtMs, seq: feedSeq } = print;
  return { kind: 'PriceTicked', priceInCents, exchangeAtMs, feedSeq, span, session };
}
