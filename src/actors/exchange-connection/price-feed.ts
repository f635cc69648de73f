// The price feed: the newest print of each symbol to the shared table and to its fan-out, merged
// per read. It is live after a snapshot, as long as no frame is missing; while it is not, every
// fan-out is told that its price is stale.
import type { ReadFeedAnswer } from '../../exchange/effects.ts';
import type {
  HaltChanged,
  ListedSymbol,
  PriceSnapshot,
  SessionState,
  Tick,
} from '../../exchange/port.ts';
import { LIMITS } from '../../limits.ts';
import type { AskFailure, Context, LifeEvent } from '../../runtime/actor.ts';
import { DIRECTORY, fanoutOf } from '../addresses.ts';
import type { PricePublisher } from '../context.ts';
import type { SymbolsListed } from '../directory/protocol.ts';
import type { FeedFreshness, PriceTicked } from '../symbol-fanout/protocol.ts';
import {
  FeedLink,
  type FeedLinkMessage,
  type FeedOpened,
  type FeedRead,
  failureOf,
  type ReopenDue,
} from './feed-link.ts';

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

export type PriceFeedMessage = FeedLinkMessage | SymbolsTaken | ListAgainDue | FanoutLife;
type Ctx = Context<PriceFeedMessage>;
type Frame = Extract<ReadFeedAnswer, { outcome: 'frames' }>['frames'][number];
type Place = { readonly epoch: string; readonly seq: number };
type Verdict = 'read' | 'gap' | 'reset';

/** The newest print of a symbol in one read, and how many it stands for. */
interface Merged {
  readonly tick: Tick;
  readonly ticks: number;
}

export class PriceFeed {
  readonly #link = new FeedLink('prices');
  readonly #publisher: PricePublisher;
  #listed = new Map<string, ListedSymbol>();
  /** Null before the first snapshot. */
  #place: Place | null = null;
  #session: SessionState | null = null;
  #isLive = false;
  #watchesFanouts = false;

  constructor(publisher: PricePublisher) {
    this.#publisher = publisher;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  get session(): SessionState | null {
    return this.#session;
  }

  start(ctx: Ctx): void {
    this.#link.open(this.#place, ctx);
  }

  reopenDue(message: ReopenDue, ctx: Ctx): void {
    if (!this.#link.isLate(message)) this.start(ctx);
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

  /** Fan-outs that are made again take the feed for live: while it is not, they must be told. */
  fanoutLife({ event }: FanoutLife, ctx: Ctx): void {
    if (event.state === 'down' && !this.#isLive) this.#tellFreshness(ctx);
  }

  listAgainDue(ctx: Ctx): void {
    ctx.ask<SymbolsListed>(
      DIRECTORY,
      { kind: 'SymbolsListed', symbols: [...this.#listed.values()] },
      (answer) => ({ kind: 'SymbolsTaken', answer }),
      LIMITS.readAskMs,
    );
  }

  #onFrames(frames: readonly Frame[], ctx: Ctx): void {
    const merged = new Map<string, Merged>();
    let verdict: Verdict = 'read';
    for (const frame of frames) {
      verdict = this.#step(frame, merged, ctx);
      if (verdict !== 'read') break;
    }
    for (const { tick, ticks } of merged.values()) this.#publish(tick, ticks, ctx);
    if (verdict === 'reset') this.#place = null;
    if (verdict !== 'read') return this.#fail(verdict, ctx);
    if (this.#place !== null) this.#live(ctx);
    this.#link.read(ctx);
  }

  #step(frame: Frame, merged: Map<string, Merged>, ctx: Ctx): Verdict {
    switch (frame.kind) {
      case 'snapshot':
        this.#onSnapshot(frame, merged, ctx);
        return 'read';
      case 'tick':
        return this.#inSequence(frame, () => this.#merge(frame, merged, ctx));
      case 'session':
        return this.#inSequence(frame, () => {
          this.#session = frame.session;
        });
      case 'halt':
        return this.#inSequence(frame, () => this.#onHalt(frame));
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

  #onHalt({ symbol, halted }: HaltChanged): void {
    const listed = this.#listed.get(symbol);
    if (listed === undefined) return;
    this.#listed.set(symbol, { ...listed, halted });
    this.#publisher.list(symbol, listed.tickInCents, halted);
  }

  #inSequence(frame: Place, apply: () => void): Verdict {
    if (frame.epoch !== this.#place?.epoch) return 'reset';
    if (frame.seq > this.#place.seq + 1) return 'gap';
    if (frame.seq <= this.#place.seq) return 'read'; // older than the snapshot, or repeated
    this.#place = { epoch: frame.epoch, seq: frame.seq };
    apply();
    return 'read';
  }

  #onSnapshot(snapshot: PriceSnapshot, merged: Map<string, Merged>, ctx: Ctx): void {
    const { epoch, seq, session, symbols } = snapshot;
    merged.clear(); // what came before it is older
    this.#place = { epoch, seq };
    this.#session = session;
    this.#listed = new Map(symbols.map((listed) => [listed.symbol, listed]));
    for (const { symbol, tickInCents, halted, lastPriceInCents, lastTradedAtMs } of symbols) {
      this.#publisher.list(symbol, tickInCents, halted);
      if (lastPriceInCents === null || lastTradedAtMs === null) continue;
      const print = { symbol, priceInCents: lastPriceInCents, exchangeAtMs: lastTradedAtMs, seq };
      this.#publish(print, 0, ctx);
    }
    this.listAgainDue(ctx);
    this.#watchFanouts(ctx);
  }

  #watchFanouts(ctx: Ctx): void {
    const [symbol] = this.#listed.keys();
    if (this.#watchesFanouts || symbol === undefined) return;
    this.#watchesFanouts = true;
    ctx.watch(fanoutOf(symbol), (event) => ({ kind: 'FanoutLife', event }));
  }

  #merge(tick: Tick, merged: Map<string, Merged>, ctx: Ctx): void {
    if (!this.#listed.has(tick.symbol)) return ctx.count('ticks_of_unlisted_symbols');
    merged.set(tick.symbol, { tick, ticks: (merged.get(tick.symbol)?.ticks ?? 0) + 1 });
  }

  #publish(
    print: Pick<Tick, 'symbol' | 'priceInCents' | 'exchangeAtMs' | 'seq'>,
    ticks: number,
    ctx: Ctx,
  ): void {
    const { symbol, priceInCents, exchangeAtMs, seq } = print;
    this.#publisher.publish(symbol, priceInCents, exchangeAtMs, seq);
    ctx.conflate<PriceTicked>(fanoutOf(symbol), symbol, {
      kind: 'PriceTicked',
      priceInCents,
      exchangeAtMs,
      feedSeq: seq,
      ticks,
    });
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
    const freshness: FeedFreshness = { kind: 'FeedFreshness', stale: !this.#isLive };
    for (const symbol of this.#listed.keys()) {
      ctx.conflate(fanoutOf(symbol), `${symbol}/freshness`, freshness);
    }
  }
}
