// Plays a tape against the wall clock, for ever: each pass is one session, and at its end the next
// begins. Where a session stands follows from when it began, so that a restarted exchange goes on
// where the market would be by now.
import type { Engine } from './engine.ts';
import type { Tape } from './tape.ts';
import { TAPE_CLOSE_MS, TAPE_OPEN_MS, type TapeEvent } from './tape-events.ts';

export interface ReplayOptions {
  /** Tape seconds per second. */
  readonly speed: number;
  /** Wall time between the close of a session and the next open. */
  readonly breakMs: number;
  /**
   * When the engine's present session was opened or closed, read from the log; null for a new book.
   */
  readonly sessionSinceMs: number | null;
}

/** One call plays no more than this, so that requests are answered in between at any speed. */
const EVENTS_PER_CALL_MAX = 20_000;

export class Replay {
  readonly #engine: Engine;
  readonly #tape: Tape;
  readonly #speed: number;
  readonly #breakMs: number;
  #events: readonly TapeEvent[] = [];
  #played = 0;
  /** Played already, at the open. */
  #opening: ReadonlySet<TapeEvent> = new Set();
  /** When the present session opened, or closed if it is closed; null before the first. */
  #sinceMs: number | null;
  /** Closed by hand, until it is opened by hand. */
  #isHeld = false;
  /** True until the first call after a restart within a session. */
  #isResuming: boolean;

  constructor(engine: Engine, tape: Tape, options: ReplayOptions) {
    this.#engine = engine;
    this.#tape = tape;
    this.#speed = options.speed;
    this.#breakMs = options.breakMs;
    this.#sinceMs = options.sessionSinceMs;
    this.#isResuming = this.#isOpen();
  }

  advance(nowMs: number): void {
    if (this.#isHeld) return;
    if (!this.#isOpen() && this.#isBreakOver(nowMs)) this.#begin(nowMs);
    if (!this.#isOpen()) return;
    const tapeMs = this.#tapeMsAt(nowMs);
    if (this.#isResuming) this.#resume(tapeMs, nowMs);
    const end = Math.min(this.#events.length, this.#played + EVENTS_PER_CALL_MAX);
    for (; this.#played < end; this.#played++) {
      const event = this.#events[this.#played];
      if (event === undefined || event.atMs > tapeMs) break;
      if (!this.#opening.has(event)) this.#play(event, nowMs);
    }
    if (tapeMs < TAPE_CLOSE_MS || this.#played < this.#events.length) return;
    this.#end(nowMs);
    if (this.#isBreakOver(nowMs)) this.#begin(nowMs);
  }

  /** Ends the session now, and begins no other until `open`; false when none is open. */
  close(nowMs: number): boolean {
    if (!this.#isOpen()) return false;
    this.#isHeld = true;
    this.#end(nowMs);
    return true;
  }

  /** Begins the next session now; false when one is open. */
  open(nowMs: number): boolean {
    if (this.#isOpen()) return false;
    this.#isHeld = false;
    this.#begin(nowMs);
    return true;
  }

  #end(nowMs: number): void {
    this.#engine.closeSession(nowMs);
    this.#sinceMs = nowMs;
    this.#isResuming = false;
  }

  #begin(nowMs: number): void {
    const number = this.#sessionNumber() + 1;
    this.#load(number);
    this.#sinceMs = nowMs;
    const sessionId = `${this.#engine.epoch}-s${number}`;
    this.#engine.openSession(sessionId, nowMs, this.#tape.dateOf(number - 1) ?? undefined);
    for (const event of this.#opening) this.#play(event, nowMs);
  }

  /**
   * What was printed while the exchange was down is gone; the last quote and print of each symbol
   * stand.
   */
  #resume(tapeMs: number, nowMs: number): void {
    this.#isResuming = false;
    this.#load(this.#sessionNumber());
    const next = this.#events.findIndex((event) => event.atMs > tapeMs);
    this.#played = next === -1 ? this.#events.length : next;
    const missed = this.#events.slice(0, this.#played).reverse();
    for (const event of [...this.#opening, ...firstEvents(missed)]) this.#play(event, nowMs);
  }

  #load(number: number): void {
    this.#events = this.#tape.pass(Math.max(0, number - 1));
    this.#played = 0;
    this.#opening = new Set(firstEvents(this.#events));
  }

  #play(event: TapeEvent, nowMs: number): void {
    const { symbol } = event;
    if (event.kind === 'quote') this.#engine.quote(symbol, event.quote, nowMs);
    else this.#engine.print(symbol, event.priceInCents, event.numShares, nowMs);
  }

  #isOpen(): boolean {
    return this.#engine.session.state === 'open';
  }

  #isBreakOver(nowMs: number): boolean {
    return this.#sinceMs === null || nowMs >= this.#sinceMs + this.#breakMs;
  }

  #tapeMsAt(nowMs: number): number {
    return TAPE_OPEN_MS + (nowMs - (this.#sinceMs ?? nowMs)) * this.#speed;
  }

  #sessionNumber(): number {
    return Number(/-s(\d+)$/.exec(this.#engine.session.sessionId)?.[1] ?? 0);
  }
}

/**
 * Each symbol's first quote, then its first print. At the open they are brought forward, so that
 * every symbol trades.
 */
function firstEvents(events: readonly TapeEvent[]): TapeEvent[] {
  const quotes = new Map<string, TapeEvent>();
  const prints = new Map<string, TapeEvent>();
  for (const event of events) {
    const firsts = event.kind === 'quote' ? quotes : prints;
    if (!firsts.has(event.symbol)) firsts.set(event.symbol, event);
  }
  return [...quotes.values(), ...prints.values()];
}
