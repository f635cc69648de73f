// The messages of one actor that wait for their turn, in order: a ring that grows to the largest
// depth it has seen.
import type { Envelope } from './envelope.ts';

const SLOTS_MIN = 16;

export class Mailbox {
  #ring: (Envelope | undefined)[] = new Array(SLOTS_MIN);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(envelope: Envelope): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = envelope;
    this.#length++;
  }

  shift(): Envelope | undefined {
    if (this.#length === 0) return undefined;
    const envelope = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    return envelope;
  }

  oldest(): Envelope | undefined {
    return this.#ring[this.#head];
  }

  #grow(): void {
    const ring: (Envelope | undefined)[] = new Array(this.#ring.length * 2);
    for (let index = 0; index < this.#length; index++) {
      ring[index] = this.#ring[(this.#head + index) & (this.#ring.length - 1)];
    }
    this.#ring = ring;
    this.#head = 0;
  }
}
