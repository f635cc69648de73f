// Cuts a stream of bytes into lines. Characters and lines may be torn anywhere; a line without end
// is an error.
import { DecodeError } from './errors.ts';

const NEWLINE = 0x0a;

export class LineSplitter {
  readonly #lineBytesMax: number;
  /** The beginning of a line whose end has not come yet, in pieces. */
  #torn: Buffer[] = [];
  #tornBytes = 0;

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /** The lines that this chunk completes, without their ends and without empty ones. */
  push(chunk: Buffer): string[] {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end === -1) {
      this.#keep(chunk);
      return [];
    }
    // Bytes are decoded only up to a line end, so that no character is ever cut in two.
    const text = Buffer.concat([...this.#torn, chunk.subarray(0, end)]).toString('utf8');
    this.#torn = [];
    this.#tornBytes = 0;
    this.#keep(chunk.subarray(end + 1));
    return text.split('\n').filter((line) => line !== '');
  }

  #keep(piece: Buffer): void {
    this.#tornBytes += piece.length;
    if (this.#tornBytes > this.#lineBytesMax) {
      throw new DecodeError(`a line was longer than ${this.#lineBytesMax} bytes`);
    }
    if (piece.length > 0) this.#torn.push(piece);
  }
}
