// The actors that have something to do, each once, first come first served.
import type { Cell } from './cell.ts';

export class RunQueue {
  #cells: Cell[] = [];
  #head = 0;

  get length(): number {
    return this.#cells.length - this.#head;
  }

  push(cell: Cell): void {
    cell.isQueued = true;
    this.#cells.push(cell);
  }

  /** The one at `index` from the front; the front takes its place. */
  take(index: number): Cell | undefined {
    const front = this.#cells[this.#head];
    const taken = this.#cells[this.#head + index];
    if (front === undefined || taken === undefined) return undefined;
    this.#cells[this.#head + index] = front;
    this.#head++;
    if (this.#head === this.#cells.length) {
      this.#cells.length = 0;
      this.#head = 0;
    } else if (this.#head >= 1_024) {
      this.#cells = this.#cells.slice(this.#head);
      this.#head = 0;
    }
    taken.isQueued = false;
    return taken;
  }
}
