// Counts price events in the bytes of a stream without parsing them: each begins with the same
// line, wherever the reads have split it.

const NEEDLE = Buffer.from('event: price\n', 'latin1');
const TAIL_MAX = NEEDLE.length - 1;
const LINE_FEED = 0x0a;
const NONE = Buffer.alloc(0);

export class EventCounter {
  count = 0;
  /** The last bytes, when the line may have begun in them; a copy. */
  #tail = NONE;

  /** The bytes are not kept. */
  take(bytes: Buffer): void {
    if (this.#tail.length > 0) this.#takeSeam(bytes);
    for (let at = bytes.indexOf(NEEDLE); at !== -1; at = bytes.indexOf(NEEDLE, at)) {
      this.count++;
      at += NEEDLE.length;
    }
    // The line ends with its only line feed, so none is open after one; writes end with one.
    if (bytes[bytes.length - 1] === LINE_FEED) this.#tail = NONE;
    else this.#tail = Buffer.concat([this.#tail, bytes.subarray(-TAIL_MAX)]).subarray(-TAIL_MAX);
  }

  /** Both sides are shorter than the line: what is found here lies over the seam. */
  #takeSeam(bytes: Buffer): void {
    const seam = Buffer.concat([this.#tail, bytes.subarray(0, TAIL_MAX)]);
    if (seam.includes(NEEDLE)) this.count++;
  }
}
