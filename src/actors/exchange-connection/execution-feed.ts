// The execution feed: every message once, in sequence, to the trade-processor, and the next read
// only when that one has room. It resumes where the trade-processor stands, so nothing here needs
// to survive.
import type { ReadFeedAnswer } from '../../exchange/effects.ts';
import type { Execution, FeedReset, Heartbeat } from '../../exchange/port.ts';
import { LIMITS } from '../../limits.ts';
import { type AskFailure, type Context, isAskFailure } from '../../runtime/actor.ts';
import { TRADE_PROCESSOR } from '../addresses.ts';
import type { FeedPosition, GetFeedPosition, TakeExecutions } from '../trade-processor/protocol.ts';
import {
  FeedLink,
  type FeedLinkMessage,
  type FeedOpened,
  type FeedRead,
  failureOf,
  type ReopenDue,
} from './feed-link.ts';
import type { ExecutionFeedState } from './protocol.ts';

export interface PositionKnown {
  readonly kind: 'PositionKnown';
  readonly generation: number;
  readonly answer: FeedPosition | AskFailure;
}

export interface ExecutionsTaken {
  readonly kind: 'ExecutionsTaken';
  readonly generation: number;
  readonly answer: { readonly outcome: 'taken' } | AskFailure;
}

export type ExecutionFeedMessage = FeedLinkMessage | PositionKnown | ExecutionsTaken;
type Ctx = Context<ExecutionFeedMessage>;
type Frame = Extract<ReadFeedAnswer, { outcome: 'frames' }>['frames'][number];

/** What a frame came to: go on, or why the feed must be opened again. */
type Verdict = 'read' | 'gap' | 'reset';

export class ExecutionFeed {
  readonly #link = new FeedLink('executions');
  #epoch: string | null = null;
  #lastSeq = 0;
  /** The highest sequence that the exchange has named. */
  #headSeq = 0;
  #isLive = false;
  /** A hole was found, and the feed has not been live since (E18). */
  #isGapped = false;
  #gaps = 0;
  #losses = 0;
  /** Where we stood at a heartbeat that was ahead of us; null when we were not behind. */
  #behindAtSeq: number | null = null;
  /** Open from the first message: the position is of an epoch that is gone. */
  #fromFirst = false;
  /** What the batch that the trade-processor is taking came to. */
  #verdict: Verdict = 'read';

  /** Open, read, and nothing missing up to the last heartbeat. */
  get isLive(): boolean {
    return this.#isLive;
  }

  get epoch(): string | null {
    return this.#epoch;
  }

  get state(): ExecutionFeedState {
    const headSeq = Math.max(this.#headSeq, this.#lastSeq);
    return { epoch: this.#epoch, headSeq, gaps: this.#gaps, losses: this.#losses };
  }

  start(ctx: Ctx): void {
    this.#askPosition(ctx);
  }

  /** The trade-processor may stand further back than we thought. */
  startAgain(reason: string, ctx: Ctx): void {
    this.#isLive = false;
    this.#link.fail(reason, ctx);
  }

  reopenDue(message: ReopenDue, ctx: Ctx): void {
    if (this.#link.isLate(message)) return;
    if (this.#fromFirst) this.#open(null, ctx);
    else this.#askPosition(ctx);
  }

  positionKnown(message: PositionKnown, ctx: Ctx): void {
    if (this.#link.isLate(message)) return;
    const { answer } = message;
    if (isAskFailure(answer)) this.startAgain('position_unknown', ctx);
    else this.#open(answer.position, ctx);
  }

  opened(message: FeedOpened, ctx: Ctx): void {
    if (this.#link.isLate(message)) return;
    const { answer } = message;
    if (answer.outcome === 'opened') this.#link.read(ctx);
    else this.startAgain(failureOf(answer), ctx);
  }

  read(message: FeedRead, ctx: Ctx): void {
    if (this.#link.isLate(message)) return;
    const { answer } = message;
    if (answer.outcome === 'frames') this.#onFrames(answer.frames, ctx);
    else this.startAgain(failureOf(answer), ctx);
  }

  executionsTaken(message: ExecutionsTaken, ctx: Ctx): void {
    if (this.#link.isLate(message)) return;
    if (isAskFailure(message.answer)) this.startAgain('executions_not_taken', ctx);
    else this.#goOn(this.#verdict, ctx);
  }

  #askPosition(ctx: Ctx): void {
    const { generation } = this.#link;
    ctx.ask<GetFeedPosition>(
      TRADE_PROCESSOR,
      { kind: 'GetFeedPosition' },
      (answer) => ({ kind: 'PositionKnown', generation, answer }),
      LIMITS.readAskMs,
    );
  }

  #open(position: FeedPosition['position'], ctx: Ctx): void {
    if (position?.epoch !== this.#epoch) this.#headSeq = 0;
    this.#epoch = position?.epoch ?? null;
    this.#lastSeq = position?.seq ?? 0;
    this.#behindAtSeq = null;
    this.#link.open(position, ctx);
  }

  #onFrames(frames: readonly Frame[], ctx: Ctx): void {
    const executions: Execution[] = [];
    let verdict: Verdict = 'read';
    for (const frame of frames) {
      verdict = this.#step(frame, executions, ctx);
      if (verdict !== 'read') break;
    }
    if (verdict !== 'read') this.#isLive = false;
    const [first] = executions;
    if (first === undefined) return this.#goOn(verdict, ctx);
    this.#verdict = verdict;
    const { generation } = this.#link;
    ctx.ask<TakeExecutions>(
      TRADE_PROCESSOR,
      { kind: 'TakeExecutions', epoch: first.epoch, executions },
      (answer) => ({ kind: 'ExecutionsTaken', generation, answer }),
      LIMITS.executionsTakenMs,
    );
  }

  #goOn(verdict: Verdict, ctx: Ctx): void {
    this.#fromFirst = verdict === 'reset';
    if (verdict === 'read') return this.#link.read(ctx);
    if (verdict === 'gap') this.#gapped(ctx);
    this.startAgain(verdict, ctx);
  }

  #gapped(ctx: Ctx): void {
    this.#gaps++;
    ctx.count('execution_feed_gaps');
    if (this.#isGapped) return;
    this.#isGapped = true;
    const { epoch, headSeq } = this.state;
    ctx.log('warn', 'the execution feed is gapped', { epoch, lastSeq: this.#lastSeq, headSeq });
  }

  #liveNow(ctx: Ctx): void {
    this.#behindAtSeq = null;
    this.#isLive = true;
    this.#link.healthy();
    if (!this.#isGapped) return;
    this.#isGapped = false;
    ctx.log('info', 'the execution feed is healed', { epoch: this.#epoch, seq: this.#lastSeq });
  }

  #step(frame: Frame, executions: Execution[], ctx: Ctx): Verdict {
    switch (frame.kind) {
      case 'execution':
        return this.#onExecution(frame, executions, ctx);
      case 'heartbeat':
        return this.#onHeartbeat(frame, ctx);
      case 'reset':
        return this.#onReset(frame, executions, ctx);
      default:
        ctx.count('frames_of_another_feed');
        return 'read';
    }
  }

  #onExecution(frame: Execution, executions: Execution[], ctx: Ctx): Verdict {
    this.#epoch ??= frame.epoch;
    if (frame.epoch !== this.#epoch) return 'reset';
    this.#headSeq = Math.max(this.#headSeq, frame.seq);
    if (frame.seq > this.#lastSeq + 1) return 'gap';
    if (frame.seq <= this.#lastSeq) {
      ctx.count('execution_frames_repeated');
      return 'read';
    }
    this.#lastSeq = frame.seq;
    executions.push(frame);
    return 'read';
  }

  /**
   * Ahead of us: the last frames were lost, unless we have just begun and are still catching up.
   */
  #onHeartbeat({ epoch, headSeq }: Heartbeat, ctx: Ctx): Verdict {
    this.#epoch ??= epoch;
    if (epoch !== this.#epoch) return 'reset';
    this.#headSeq = Math.max(this.#headSeq, headSeq);
    if (headSeq <= this.#lastSeq) {
      this.#liveNow(ctx);
      return 'read';
    }
    const isCatchingUp = !this.#isLive && this.#behindAtSeq !== this.#lastSeq;
    this.#behindAtSeq = this.#lastSeq;
    return isCatchingUp ? 'read' : 'gap';
  }

  /**
   * The stream goes on after `headSeq`. From 0 on nothing is missed; else the feed is read from its
   * first message.
   */
  #onReset({ epoch, headSeq }: FeedReset, executions: readonly Execution[], ctx: Ctx): Verdict {
    ctx.log('warn', 'the execution feed was reset', { from: this.#epoch, to: epoch, headSeq });
    if (executions.length > 0 || (headSeq > 0 && !this.#fromFirst)) return 'reset';
    if (headSeq > 0) {
      this.#losses++;
      ctx.log('error', 'incident: executions were not kept', { epoch, headSeq });
    }
    this.#epoch = epoch;
    this.#lastSeq = headSeq;
    this.#headSeq = headSeq;
    return 'read';
  }
}
