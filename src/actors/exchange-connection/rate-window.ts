// Counts what was written in the last second, so that no window of one second ever holds more than
// the limit (I17).

const WINDOW_MS = 1_000;

export class RateWindow {
  readonly #max: number;
  readonly #written: { atMs: number; readonly count: number }[] = [];
  #sum = 0;

  constructor(max: number) {
    this.#max = max;
  }

  free(nowMs: number): number {
    this.#noticeClock(nowMs);
    for (let first = this.#written[0]; first !== undefined; first = this.#written[0]) {
      if (nowMs <= first.atMs + WINDOW_MS) break; // both ends belong to the window
      this.#sum -= first.count;
      this.#written.shift();
    }
    return this.#max - this.#sum;
  }

  add(count: number, nowMs: number): void {
    this.#written.push({ atMs: nowMs, count });
    this.#sum += count;
  }

  /** How long until something leaves the window; 0 when it is empty. */
  waitMs(nowMs: number): number {
    const [first] = this.#written;
    return first === undefined ? 0 : first.atMs + WINDOW_MS + 1 - nowMs;
  }

  /** The clock was set back: what was written later than now was written now, at the latest. */
  #noticeClock(nowMs: number): void {
    if ((this.#written.at(-1)?.atMs ?? nowMs) <= nowMs) return;
    for (const each of this.#written) each.atMs = Math.min(each.atMs, nowMs);
  }
}
