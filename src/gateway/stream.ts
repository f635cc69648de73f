// One open stream. Two lanes wait for its socket: prices, of which only the newest per symbol
// counts, and the user's events, of which none may be left out: when they are more than the bound
// the stream ends, and the client resumes.
import { LIMITS } from '../limits.ts';
import type { Sink } from './sink.ts';
import { type Goaway, goawayFrame, HEARTBEAT } from './sse-frame.ts';

export interface StreamOptions {
  readonly id: string;
  readonly userId: string;
  readonly symbols: readonly string[];
  readonly wantsEvents: boolean;
  /** When its token ends, and it with it. */
  readonly expiresAtMs: number;
  readonly sink: Sink;
  readonly nowMs: number;
}

export class Stream {
  readonly id: string;
  readonly userId: string;
  readonly symbols: readonly string[];
  readonly wantsEvents: boolean;
  readonly expiresAtMs: number;
  readonly #sink: Sink;
  readonly #prices = new Map<string, string>();
  #greeting = '';
  #events: string[] = [];
  #eventBytes = 0;
  #lastSeq: number | null = null;
  #sentSeq: number | null = null;
  #isGreeted = false;
  #isClosed = false;
  #stalledSinceMs: number | null = null;
  #heartbeatAtMs: number;

  constructor(options: StreamOptions) {
    this.id = options.id;
    this.userId = options.userId;
    this.symbols = options.symbols;
    this.wantsEvents = options.wantsEvents;
    this.expiresAtMs = options.expiresAtMs;
    this.#sink = options.sink;
    this.#heartbeatAtMs = options.nowMs + LIMITS.streamHeartbeatMs;
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

  /** The first words; nothing goes out before them. Events go on after `lastSeq`. */
  greet(frames: string, lastSeq: number | null): void {
    this.#isGreeted = true;
    this.#lastSeq = lastSeq;
    this.#sentSeq = lastSeq;
    this.#greeting = frames;
  }

  offerPrice(symbol: string, frame: string): void {
    this.#prices.set(symbol, frame);
  }

  /** True when it was the next one; what is older or leaves a hole is not taken. */
  offerEvent(seq: number, frame: string): boolean {
    if (this.#isClosed || this.#lastSeq === null || seq !== this.#lastSeq + 1) return false;
    this.#lastSeq = seq;
    this.#events.push(frame);
    this.#eventBytes += Buffer.byteLength(frame);
    return true;
  }

  flush(nowMs: number): void {
    if (!this.#isGreeted || this.isStalled || this.#isClosed) return;
    const bytes = this.#takeWaiting();
    if (bytes !== '') this.#write(bytes, nowMs);
  }

  /** The socket has room again. */
  drained(nowMs: number): void {
    this.#stalledSinceMs = null;
    this.flush(nowMs);
  }

  beat(nowMs: number): void {
    if (nowMs < this.#heartbeatAtMs || this.isStalled || this.#isClosed) return;
    this.#heartbeatAtMs = nowMs + LIMITS.streamHeartbeatMs;
    this.#write(HEARTBEAT, nowMs);
  }

  hasStalledFor(durationMs: number, nowMs: number): boolean {
    return this.#stalledSinceMs !== null && nowMs - this.#stalledSinceMs >= durationMs;
  }

  /**
   * Says why and from where to resume, then closes. What a stalled reader has not taken is left to
   * its resume.
   */
  goAway(reason: Goaway['reason'], nowMs: number): void {
    if (this.#isClosed) return;
    this.flush(nowMs);
    this.#sink.write(goawayFrame({ reason, resumeFrom: this.#sentSeq }));
    this.#sink.close();
    this.gone();
  }

  /** The connection is no more. */
  gone(): void {
    this.#isClosed = true;
    this.#takeWaiting();
  }

  #write(bytes: string, nowMs: number): void {
    const hasRoom = this.#sink.write(bytes);
    if (!hasRoom) this.#stalledSinceMs ??= nowMs;
  }

  #takeWaiting(): string {
    const bytes = this.#greeting + [...this.#prices.values()].join('') + this.#events.join('');
    this.#greeting = '';
    this.#events = [];
    this.#eventBytes = 0;
    this.#prices.clear();
    this.#sentSeq = this.#lastSeq;
    return bytes;
  }
}
