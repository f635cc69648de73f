// The bytes of one write to one stream. All streams of a gateway share it, one after the other:
// what is in it is handed to the socket before it is begun again.

const BYTES_AT_FIRST = 64 * 1024;
const ZERO = '0'.charCodeAt(0);
const END = Buffer.from('}\n\n');

export class WriteBuffer {
  #bytes = Buffer.allocUnsafe(BYTES_AT_FIRST);
  #length = 0;

  begin(): void {
    this.#length = 0;
  }

  get length(): number {
    return this.#length;
  }

  /** Valid until the next `begin`. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  text(text: string): void {
    this.#makeRoom(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** `head` ends where the number of merged prints belongs. */
  price(head: Uint8Array, merged: number): void {
    this.#makeRoom(head.length + 24);
    this.#bytes.set(head, this.#length);
    this.#length += head.length;
    this.#number(merged);
    this.#bytes.set(END, this.#length);
    this.#length += END.length;
  }

  #number(value: number): void {
    let digits = 1;
    for (let rest = value; rest > 9; rest = Math.floor(rest / 10)) digits++;
    this.#length += digits;
    for (let at = this.#length - 1, rest = value; digits > 0; digits--, at--) {
      this.#bytes[at] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }

  #makeRoom(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
