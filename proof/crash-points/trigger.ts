// Counts the hits of one thread, writes each down synchronously, and ends the process at the one
// that it was told: by SIGKILL, so that nothing of ours runs any more.
import fs from 'node:fs';
import type { Orders } from './target.ts';

/** Taken before anything is wrapped: what is written here is no step of the broker's. */
const { existsSync, openSync, writeSync } = fs;

export class Trigger {
  readonly #orders: Orders;
  readonly #file: number;
  readonly #hits = new Map<string, number>();
  readonly #asleep = new Int32Array(new SharedArrayBuffer(4));
  #hasBegun: boolean;

  constructor(orders: Orders) {
    this.#orders = orders;
    this.#file = openSync(orders.hitsFile, 'a');
    this.#hasBegun = orders.beginFile === null;
  }

  readonly hit = (point: string): void => {
    const { beginFile, target } = this.#orders;
    this.#hasBegun ||= beginFile === null || existsSync(beginFile);
    if (!this.#hasBegun) return;
    const hits = (this.#hits.get(point) ?? 0) + 1;
    this.#hits.set(point, hits);
    writeSync(this.#file, `${point}\n`);
    if (target?.point !== point || target.hit !== hits) return;
    process.kill(process.pid, 'SIGKILL');
    Atomics.wait(this.#asleep, 0, 0); // until it has struck: this thread does nothing more
  };
}
