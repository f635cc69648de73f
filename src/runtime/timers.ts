// Everything that waits for a time, in one heap: ask deadlines, actors' timers, effects, back-offs.
// A timer is scheduled at most once at a time; equal times fire in the order of scheduling.

export abstract class Timer {
  atMs = 0;
  order = 0;
  /** Its place in the heap; -1 while it is not scheduled. */
  slot = -1;

  get isScheduled(): boolean {
    return this.slot !== -1;
  }

  abstract fire(): void;
}

/** For the rare timers that are no class of their own. */
export class CallbackTimer extends Timer {
  readonly #run: () => void;

  constructor(run: () => void) {
    super();
    this.#run = run;
  }

  override fire(): void {
    this.#run();
  }
}

export class Timers {
  readonly #heap: Timer[] = [];
  #scheduled = 0;

  schedule(timer: Timer, atMs: number): void {
    this.cancel(timer);
    timer.atMs = atMs;
    timer.order = ++this.#scheduled;
    this.#heap.push(timer);
    this.#rise(timer, this.#heap.length - 1);
  }

  cancel(timer: Timer): void {
    const { slot } = timer;
    if (slot === -1) return;
    timer.slot = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === timer) return;
    this.#rise(last, slot);
    this.#sink(last, last.slot);
  }

  /** Fires what is due now; what these schedule for now waits for the next call. */
  fireDue(nowMs: number): void {
    const scheduledBefore = this.#scheduled;
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.atMs > nowMs || first.order > scheduledBefore) return;
      this.cancel(first);
      first.fire();
    }
  }

  nextAtMs(): number | null {
    return this.#heap[0]?.atMs ?? null;
  }

  get size(): number {
    return this.#heap.length;
  }

  clear(): void {
    for (const timer of this.#heap) timer.slot = -1;
    this.#heap.length = 0;
  }

  #rise(timer: Timer, from: number): void {
    let slot = from;
    while (slot > 0) {
      const parentSlot = (slot - 1) >> 1;
      const parent = this.#heap[parentSlot];
      if (parent === undefined || isBefore(parent, timer)) break;
      this.#put(parent, slot);
      slot = parentSlot;
    }
    this.#put(timer, slot);
  }

  #sink(timer: Timer, from: number): void {
    let slot = from;
    for (;;) {
      const left = this.#heap[2 * slot + 1];
      if (left === undefined) break;
      const right = this.#heap[2 * slot + 2];
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (isBefore(timer, child)) break;
      this.#put(child, slot);
      slot = 2 * slot + (isRight ? 2 : 1);
    }
    this.#put(timer, slot);
  }

  #put(timer: Timer, slot: number): void {
    this.#heap[slot] = timer;
    timer.slot = slot;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
