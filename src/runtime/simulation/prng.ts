// Chance from a seed (sfc32 over a sha256 of seed and name). Each purpose has a stream of its own,
// so that a draw more for one of them does not shift the others.
import { createHash } from 'node:crypto';

export class Prng {
  readonly #seed: string;
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(seed: string) {
    const digest = createHash('sha256').update(seed).digest();
    this.#seed = seed;
    this.#a = digest.readInt32LE(0);
    this.#b = digest.readInt32LE(4);
    this.#c = digest.readInt32LE(8);
    this.#counter = digest.readInt32LE(12);
  }

  stream(name: string): Prng {
    return new Prng(`${this.#seed}/${name}`);
  }

  /** Uniform in [0, 1). */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  }

  /** Uniform among 0, 1, ... `below` - 1. */
  int(below: number): number {
    return Math.floor(this.next() * below);
  }
}
