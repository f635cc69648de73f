// What happened, in order, as a hash: two runs with the same hash were the same run.
import { createHash } from 'node:crypto';

const LINES_KEPT = 200;
/** A call per line costs more than the hash. */
const LINES_PER_UPDATE = 64;

export class Trace {
  readonly #hash = createHash('sha256');
  readonly #kept: string[] = [];
  readonly #nowUs: () => number;
  #lines = 0;
  #unhashed = '';
  #listener: ((line: string) => void) | null = null;

  constructor(nowUs: () => number) {
    this.#nowUs = nowUs;
  }

  get lines(): number {
    return this.#lines;
  }

  /** Hears every line from now on: to step through a run. */
  listen(listener: (line: string) => void): void {
    this.#listener = listener;
  }

  add(...words: (string | number)[]): void {
    const line = `${this.#nowUs()} ${words.join(' ')}`;
    this.#unhashed += `${line}\n`;
    this.#lines++;
    if (this.#lines % LINES_PER_UPDATE === 0) this.#update();
    this.#listener?.(line);
    this.#kept.push(line);
    if (this.#kept.length >= 2 * LINES_KEPT) this.#kept.splice(0, LINES_KEPT);
  }

  hash(): string {
    this.#update();
    return this.#hash.copy().digest('hex');
  }

  #update(): void {
    this.#hash.update(this.#unhashed);
    this.#unhashed = '';
  }

  /** The newest lines, for a person who reads a failing seed. */
  tail(): readonly string[] {
    return this.#kept.slice(-LINES_KEPT);
  }
}
