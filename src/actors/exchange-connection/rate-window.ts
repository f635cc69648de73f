// Counts what was written in the last second, so that no window of one second ever holds more than
// the limit (I17).

const WINDOW_MS = 1_000;

export class RateWindow {
  readonly #max: number;
  readonly #written: { readonly atMs: number; readonly count: number }[] = [];
  #sum = 0;

  constructor(max: number) {
    this.#max = max;
  }

  free(nowMs: number): number {
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
}
