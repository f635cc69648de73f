// The life of one feed: open, read, and after any failure close and open again with back-off. Each
// opening is a new generation, so that what an earlier one still brings is recognised as late.
import type {
  CloseFeed,
  FeedName,
  OpenFeed,
  OpenFeedAnswer,
  ReadFeed,
  ReadFeedAnswer,
} from '../../exchange/effects.ts';
import { LIMITS } from '../../limits.ts';
import type { Context, EffectFailure } from '../../runtime/actor.ts';
import { backOffMs } from '../back-off.ts';

export interface FeedOpened {
  readonly kind: 'FeedOpened';
  readonly feed: FeedName;
  readonly generation: number;
  readonly answer: OpenFeedAnswer | EffectFailure;
}

export interface FeedRead {
  readonly kind: 'FeedRead';
  readonly feed: FeedName;
  readonly generation: number;
  readonly answer: ReadFeedAnswer | EffectFailure;
}

/** How closing ended does not matter: a feed that is opened is a new one. */
export interface FeedClosed {
  readonly kind: 'FeedClosed';
  readonly feed: FeedName;
}

export interface ReopenDue {
  readonly kind: 'ReopenDue';
  readonly feed: FeedName;
  readonly generation: number;
}

export type FeedLinkMessage = FeedOpened | FeedRead | FeedClosed | ReopenDue;
type Ctx = Context<FeedLinkMessage>;

export class FeedLink {
  readonly feed: FeedName;
  #generation = 0;
  #failures = 0;

  constructor(feed: FeedName) {
    this.feed = feed;
  }

  get generation(): number {
    return this.#generation;
  }

  isLate(message: { readonly generation: number }): boolean {
    return message.generation !== this.#generation;
  }

  open(from: OpenFeed['from'], ctx: Ctx): void {
    const { feed } = this;
    const generation = this.#next();
    const effect: OpenFeed = { kind: 'OpenFeed', feed, from };
    ctx.perform<OpenFeedAnswer>(
      effect,
      (answer) => ({ kind: 'FeedOpened', feed, generation, answer }),
      LIMITS.venueRequestMs,
    );
  }

  /** A feed that says nothing for that long, not even a heartbeat, is dead. */
  read(ctx: Ctx): void {
    const { feed, generation } = this;
    const effect: ReadFeed = { kind: 'ReadFeed', feed, framesMax: LIMITS.feedFramesPerReadMax };
    ctx.perform<ReadFeedAnswer>(
      effect,
      (answer) => ({ kind: 'FeedRead', feed, generation, answer }),
      LIMITS.feedSilentMs,
    );
  }

  /** The feed is as it should be: the next failure is a first one. */
  healthy(): void {
    this.#failures = 0;
  }

  /** Closes it now and says `ReopenDue` after the back-off. */
  fail(reason: string, ctx: Ctx): void {
    const { feed } = this;
    const generation = this.#next();
    const effect: CloseFeed = { kind: 'CloseFeed', feed };
    ctx.perform(effect, () => ({ kind: 'FeedClosed', feed }), LIMITS.venueRequestMs);
    const waitMs = backOffMs(this.#failures, ctx.random());
    this.#failures++;
    ctx.after(waitMs, { kind: 'ReopenDue', feed, generation }, `reopen-${feed}`);
    ctx.count(`${feed}_feed_failures`);
    ctx.log('warn', 'a feed is opened again', { feed, reason, waitMs });
  }

  #next(): number {
    this.#generation++;
    return this.#generation;
  }
}

/** Why there are no frames. */
export function failureOf(
  answer: Exclude<
    OpenFeedAnswer | ReadFeedAnswer | EffectFailure,
    { outcome: 'opened' | 'frames' }
  >,
): string {
  return answer.outcome === 'unknown' && answer.reason === 'deadline' ? 'silent' : answer.error;
}
