// When prices are written. At once while there is little to write; after much has been written the
// next round waits and takes what has gathered, each stream's newest. A round is written in slices,
// so that thousands of streams do not keep an order waiting.
import { LIMITS } from '../limits.ts';
import type { Edge } from '../runtime/edge.ts';
import type { Stream } from './stream.ts';
import type { WriteBuffer } from './write-buffer.ts';

type Hub = Pick<Edge, 'nowMs' | 'after'>;

export class PriceRounds {
  readonly #edge: Hub;
  readonly #buffer: WriteBuffer;
  /** Streams with a price to send that no round has taken yet. */
  #waiting: Stream[] = [];
  #round: Stream[] = [];
  #at = 0;
  #writes = 0;
  #startedAtMs = 0;
  #notBeforeMs = 0;
  #cancelNext: (() => void) | null = null;

  constructor(edge: Hub, buffer: WriteBuffer) {
    this.#edge = edge;
    this.#buffer = buffer;
  }

  add(stream: Stream): void {
    this.#waiting.push(stream);
  }

  /** Begins a round now, or as soon as the last one has been paid for. */
  beginSoon(): void {
    if (this.#waiting.length === 0 || this.#cancelNext !== null) return;
    const waitMs = this.#notBeforeMs - this.#edge.nowMs();
    if (waitMs <= 0) this.#begin();
    else this.#after(waitMs, () => this.#begin());
  }

  close(): void {
    this.#cancelNext?.();
  }

  #begin(): void {
    this.#round = this.#waiting;
    this.#waiting = [];
    this.#at = 0;
    this.#writes = 0;
    this.#startedAtMs = this.#edge.nowMs();
    this.#writeSlice();
  }

  #writeSlice(): void {
    const nowMs = this.#edge.nowMs();
    const end = Math.min(this.#at + LIMITS.streamsPerSlice, this.#round.length);
    for (; this.#at < end; this.#at++) {
      if (this.#round[this.#at]?.flushPrices(nowMs, this.#buffer) === true) this.#writes++;
    }
    if (this.#at < this.#round.length) this.#after(0, () => this.#writeSlice());
    else this.#end();
  }

  #end(): void {
    this.#round = [];
    // Load is counted in writes, not measured in time, so that a simulated run depends on nothing
    // else.
    const pauseMs = Math.floor(this.#writes / LIMITS.streamWritesPerPauseMs);
    this.#notBeforeMs = this.#startedAtMs + Math.min(pauseMs, LIMITS.streamFlushMsMax);
    this.beginSoon();
  }

  #after(delayMs: number, run: () => void): void {
    this.#cancelNext = this.#edge.after(delayMs, () => {
      this.#cancelNext = null;
      run();
    });
  }
}
