// What happened, in order, as a hash: two runs with the same hash were the same run.
import { createHash } from 'node:crypto';

const LINES_KEPT = 200;

export class Trace {
  readonly #hash = createHash('sha256');
  readonly #kept: string[] = [];
  readonly #nowUs: () => number;
  #lines = 0;

  constructor(nowUs: () => number) {
    this.#nowUs = nowUs;
  }

  get lines(): number {
    return this.#lines;
  }

  add(...words: (string | number)[]): void {
    const line = `${this.#nowUs()} ${words.join(' ')}`;
    this.#hash.update(line).update('\n');
    this.#lines++;
    this.#kept.push(line);
    if (this.#kept.length >= 2 * LINES_KEPT) this.#kept.splice(0, LINES_KEPT);
  }

  hash(): string {
    return this.#hash.copy().digest('hex');
  }

  /** The newest lines, for a person who reads a failing seed. */
  tail(): readonly string[] {
    return this.#kept.slice(-LINES_KEPT);
  }
}
