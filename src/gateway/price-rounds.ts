// When prices are written. At once while there is little to write; after much has been written the
// next round waits and takes what has gathered, each stream's newest. A round is written in slices,
// so that thousands of streams do not keep an order waiting.

import { LIMITS } from '../limits.ts';
import { ChurnMap } from '../runtime/churn-map.ts';
import type { Edge } from '../runtime/edge.ts';
import type { Stream } from './stream.ts';
import type { WriteBuffer } from './write-buffer.ts';

const SLOTS_AT_FIRST = 1_024;

export class PriceRounds {
  readonly #edge: Pick<Edge, 'nowMs' | 'after'>;
  readonly #buffer: WriteBuffer;
  readonly #bySlot: (Stream | null)[] = [];
  readonly #freeSlots: number[] = [];
  /** By slot: a round will come by, or a timer will bring one. */
  #isQueued = new Uint8Array(SLOTS_AT_FIRST);
  /** Timers of intervals, by slot; the result of each cancels it. */
  readonly #later = new ChurnMap<number, () => void>();
  /** Slots that no round has taken yet. */
  #waiting: number[] = [];
  #round: number[] = [];
  #at = 0;
  #writes = 0;
  #startedAtMs = 0;
  #notBeforeMs = 0;
  #cancelNext: (() => void) | null = null;

  constructor(edge: Pick<Edge, 'nowMs' | 'after'>, buffer: WriteBuffer) {
    this.#edge = edge;
    this.#buffer = buffer;
  }

  enter(stream: Stream): void {
    const slot = this.#freeSlots.pop() ?? this.#bySlot.length;
    stream.slot = slot;
    this.#bySlot[slot] = stream;
    if (slot < this.#isQueued.length) return;
    const larger = new Uint8Array(this.#isQueued.length * 2);
    larger.set(this.#isQueued);
    this.#isQueued = larger;
  }

  /** A round that still comes by finds nobody, or a newcomer with nothing to send. */
  leave({ slot }: Stream): void {
    this.#later.get(slot)?.();
    if (this.#later.delete(slot)) this.#isQueued[slot] = 0; // it was its interval, nobody else's
    this.#bySlot[slot] = null;
    this.#freeSlots.push(slot);
  }

  /** Marks streams that have a price to be sent. */
  add(slots: Int32Array): void {
    for (let i = 0; i < slots.length; i++) this.addOne(slots[i] ?? 0);
  }

  addOne(slot: number): void {
    if (this.#isQueued[slot] === 1) return;
    this.#isQueued[slot] = 1;
    this.#waiting.push(slot);
  }

  /** Begins a round now, or as soon as the last one has been paid for. */
  beginSoon(): void {
    if (this.#waiting.length === 0 || this.#cancelNext !== null) return;
    const waitMs = this.#notBeforeMs - this.#edge.nowMs();
    const isClockBack = waitMs > LIMITS.streamFlushMsMax; // nobody waits for so long
    if (waitMs <= 0 || isClockBack) this.#begin();
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
    for (; this.#at < end; this.#at++) this.#visit(this.#round[this.#at] ?? 0, nowMs);
    if (this.#at < this.#round.length) this.#after(0, () => this.#writeSlice());
    else this.#end();
  }

  #visit(slot: number, nowMs: number): void {
    const stream = this.#bySlot[slot] ?? null;
    const waitMs = stream === null ? 0 : stream.pricesWaitMs(nowMs);
    if (waitMs > 0) return this.#visitLater(slot, waitMs);
    this.#isQueued[slot] = 0;
    if (stream?.flushPrices(nowMs, this.#buffer) === true) this.#writes++;
  }

  /** The client has asked for an interval, and it is not over. */
  #visitLater(slot: number, waitMs: number): void {
    const cancel = this.#edge.after(waitMs, () => {
      this.#later.delete(slot);
      this.#isQueued[slot] = 0;
      this.addOne(slot);
      this.beginSoon();
    });
    this.#later.set(slot, cancel);
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
