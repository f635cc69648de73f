// One open stream. Two lanes wait for its socket: prices, of which only the newest per symbol
// counts, and the user's events, of which none may be left out: when they are more than the bound
// the stream ends, and the client resumes.
import { LIMITS } from '../limits.ts';
import type { Sink } from './sink.ts';
import { type Goaway, goawayFrame, HEARTBEAT } from './sse-frame.ts';
import type { Subscription } from './subscription.ts';
import type { WriteBuffer } from './write-buffer.ts';

export interface StreamOptions {
  readonly id: string;
  readonly userId: string;
  readonly wantsEvents: boolean;
  /** The client's own conflation: prices at most once in so long; 0 as often as they come. */
  readonly intervalMs: number;
  /** When its token ends, and it with it. */
  readonly expiresAtMs: number;
  readonly sink: Sink;
  readonly nowMs: number;
}

export class Stream {
  readonly id: string;
  readonly userId: string;
  readonly wantsEvents: boolean;
  readonly intervalMs: number;
  readonly expiresAtMs: number;
  /** Its place in the rounds in which prices are written. */
  slot = -1;
  readonly #sink: Sink;
  /** Few, at most `symbolsPerStreamMax`, and looked through at each write. */
  readonly #subscriptions: Subscription[] = [];
  #pricesNotBeforeMs = 0;
  #greeting = '';
  #events: string[] = [];
  #eventBytes = 0;
  #lastSeq: number | null = null;
  #sentSeq: number | null = null;
  #isGreeted = false;
  #isClosed = false;
  #stalledSinceMs: number | null = null;
  #heldBytes = 0;
  #heartbeatAtMs: number;

  constructor(options: StreamOptions) {
    this.id = options.id;
    this.userId = options.userId;
    this.wantsEvents = options.wantsEvents;
    this.intervalMs = options.intervalMs;
    this.expiresAtMs = options.expiresAtMs;
    this.#sink = options.sink;
    this.#heartbeatAtMs = options.nowMs + LIMITS.streamHeartbeatMs;
  }

  get symbols(): string[] {
    return this.#subscriptions.map(({ topic }) => topic.symbol);
  }

  /** The last event taken for this stream, sent or waiting; null before its hello. */
  get lastSeq(): number | null {
    return this.#lastSeq;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isStalled(): boolean {
    return this.#stalledSinceMs !== null;
  }

  get isOverfull(): boolean {
    return this.#eventBytes > LIMITS.streamBufferBytesMax;
  }

  /** At most so much of what was written has found no room in the socket and is held for it. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Until its interval is over; none after a clock that was set back. */
  pricesWaitMs(nowMs: number): number {
    const leftMs = this.#pricesNotBeforeMs - nowMs;
    return leftMs > this.intervalMs ? 0 : Math.max(leftMs, 0);
  }

  wants(symbol: string): boolean {
    return this.#placeOf(symbol) !== -1;
  }

  add(subscription: Subscription): void {
    this.#subscriptions.push(subscription);
  }

  /** Null when it was not wanted; its price is not sent any more. */
  remove(symbol: string): Subscription | null {
    const place = this.#placeOf(symbol);
    if (place === -1) return null;
    return this.#subscriptions.splice(place, 1)[0] ?? null;
  }

  /** The first words; nothing goes out before them. Events go on after `lastSeq`. */
  greet(frames: string, lastSeq: number | null): void {
    this.#isGreeted = true;
    this.#lastSeq = lastSeq;
    this.#sentSeq = lastSeq;
    this.#greeting = frames;
  }

  /** True when it was the next one; what is older or leaves a hole is not taken. */
  offerEvent(seq: number, frame: string): boolean {
    if (this.#isClosed || this.#lastSeq === null || seq !== this.#lastSeq + 1) return false;
    this.#lastSeq = seq;
    this.#events.push(frame);
    this.#eventBytes += Buffer.byteLength(frame);
    return true;
  }

  /** Everything that waits, but for prices whose interval is not over. */
  flush(nowMs: number, buffer: WriteBuffer): boolean {
    return this.#flush(nowMs, buffer, this.pricesWaitMs(nowMs) === 0);
  }

  /** A round has come by. True when something was written. */
  flushPrices(nowMs: number, buffer: WriteBuffer): boolean {
    return this.#flush(nowMs, buffer, true);
  }

  /** The socket has room again. */
  drained(nowMs: number, buffer: WriteBuffer): void {
    this.#stalledSinceMs = null;
    this.#heldBytes = 0;
    this.flush(nowMs, buffer);
  }

  beat(nowMs: number): void {
    const leftMs = this.#heartbeatAtMs - nowMs;
    const isClockBack = leftMs > LIMITS.streamHeartbeatMs;
    if ((leftMs > 0 && !isClockBack) || this.isStalled || this.#isClosed) return;
    this.#heartbeatAtMs = nowMs + LIMITS.streamHeartbeatMs;
    this.#write(HEARTBEAT, nowMs);
  }

  hasStalledFor(durationMs: number, nowMs: number): boolean {
    if (this.#stalledSinceMs === null) return false;
    const stalledMs = nowMs - this.#stalledSinceMs;
    return stalledMs >= durationMs || stalledMs < 0; // the clock was set back: nobody knows
  }

  /**
   * Says why and from where to resume, then closes. What a stalled reader has not taken is left to
   * its resume.
   */
  goAway(reason: Goaway['reason'], nowMs: number, buffer: WriteBuffer): void {
    if (this.#isClosed) return;
    this.flush(nowMs, buffer);
    this.#sink.write(goawayFrame({ reason, resumeFrom: this.#sentSeq }));
    this.#sink.close();
    this.gone();
  }

  /** The connection is no more. */
  gone(): void {
    this.#isClosed = true;
    this.#heldBytes = 0;
    this.#greeting = '';
    this.#dropEvents();
  }

  #flush(nowMs: number, buffer: WriteBuffer, withPrices: boolean): boolean {
    if (!this.#isGreeted || this.isStalled || this.#isClosed) return false;
    buffer.begin();
    if (this.#greeting !== '') buffer.text(this.#greeting);
    this.#greeting = '';
    if (withPrices) this.#takePrices(nowMs, buffer);
    for (const frame of this.#events) buffer.text(frame);
    this.#dropEvents();
    this.#sentSeq = this.#lastSeq;
    if (buffer.length === 0) return false;
    this.#write(buffer.view(), nowMs);
    return true;
  }

  #takePrices(nowMs: number, buffer: WriteBuffer): void {
    let isAny = false;
    for (const subscription of this.#subscriptions) {
      if (!subscription.isDue) continue;
      buffer.price(subscription.topic.frameHead(), subscription.takeMerged());
      isAny = true;
    }
    if (isAny) this.#pricesNotBeforeMs = nowMs + this.intervalMs;
  }

  #placeOf(symbol: string): number {
    return this.#subscriptions.findIndex(({ topic }) => topic.symbol === symbol);
  }

  #dropEvents(): void {
    if (this.#events.length === 0) return;
    this.#events = [];
    this.#eventBytes = 0;
  }

  #write(bytes: string | Uint8Array, nowMs: number): void {
    if (this.#sink.write(bytes)) return;
    this.#stalledSinceMs ??= nowMs;
    this.#heldBytes += bytes.length;
  }
}
