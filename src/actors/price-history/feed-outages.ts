// When prints may have been missed: while the feed was not live, and while nobody was there to hear
// it. It rather says too much than too little: an outage begins where the last one that was surely
// heard and stored can have been.
import type { Outage } from '../../domain/candle.ts';
import { newYorkDayStart } from '../../domain/new-york-day.ts';
import { LIMITS } from '../../limits.ts';
import type { OutageStore } from '../../store/outage-store.ts';

/**
 * A silence is noticed so late, and a fan-out that dies takes so much with it; clocks differ on
 * top.
 */
const DOUBT_MS = Math.max(LIMITS.feedSilentMs, LIMITS.candleEveryMs) + LIMITS.clockSkewMs;

export class FeedOutages {
  readonly #store: OutageStore;
  #newest: Outage;
  #isSaved: boolean;
  /** Nothing printed before is missing, outages apart. */
  #completeUntilMs: number;

  /** Nobody was there until now: an outage lasts from the start to the first word of the feed. */
  constructor(store: OutageStore, nowMs: number) {
    this.#store = store;
    const completeUntilMs = store.completeUntil();
    // Of the first day ever nobody knows what came before: its candles begin in the middle.
    this.#completeUntilMs = completeUntilMs ?? newYorkDayStart(nowMs);
    const newest = store.newest();
    this.#newest = newest ?? { fromMs: this.#completeUntilMs, untilMs: null };
    this.#isSaved = newest !== null;
    this.begin();
  }

  get isLive(): boolean {
    return this.#newest.untilMs !== null;
  }

  /** From the last moment that was surely complete; one that has hardly ended goes on. */
  begin(): void {
    const { fromMs, untilMs } = this.#newest;
    if (untilMs === null) return;
    const goesOn = untilMs >= this.#completeUntilMs || !this.#isSaved;
    this.#newest = { fromMs: goesOn ? fromMs : this.#completeUntilMs, untilMs: null };
    this.#isSaved = false;
  }

  end(nowMs: number): void {
    const { fromMs } = this.#newest;
    this.#newest = { fromMs, untilMs: Math.max(fromMs, nowMs + LIMITS.clockSkewMs) };
    this.#isSaved = false;
  }

  /** Within a write; `isAllStored`: nothing that was heard waits for a later one. */
  save(nowMs: number, isAllStored: boolean): void {
    if (!this.#isSaved) this.#store.put(this.#newest, LIMITS.outagesMax);
    if (this.isLive && isAllStored) this.#store.putCompleteUntil(nowMs - DOUBT_MS);
  }

  /** After that write has succeeded. */
  saved(nowMs: number, isAllStored: boolean): void {
    this.#isSaved = true;
    if (this.isLive && isAllStored) this.#completeUntilMs = nowMs - DOUBT_MS;
  }
}
