// The event stream parser of the HTML standard, "interpreting an event stream", written down step
// by step and nothing else, so that what the product sends is judged by the text and not by taste.

export interface ReferenceEvent {
  /** What the browser calls the event's `type`. */
  readonly type: string;
  readonly data: string;
  /** The browser's `lastEventId`: the newest id, also of an event before this one. */
  readonly lastEventId: string;
}

const [LF, CR, COLON, SPACE] = [0x0a, 0x0d, 0x3a, 0x20];
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

export class ReferenceParser {
  readonly events: ReferenceEvent[] = [];
  readonly comments: string[] = [];
  retryMs: number | null = null;
  #line: number[] = [];
  #isFirstLine = true;
  #isAfterCr = false;
  #data = '';
  #type = '';
  #lastEventId = '';

  /** A line ends with CR LF, LF or CR; what follows the last end is not a line yet. */
  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      const isLfOfCrLf = byte === LF && this.#isAfterCr;
      this.#isAfterCr = byte === CR;
      if (isLfOfCrLf) continue;
      if (byte === LF || byte === CR) this.#endLine();
      else this.#line.push(byte);
    }
  }

  #endLine(): void {
    let line = Buffer.from(this.#line);
    this.#line = [];
    if (this.#isFirstLine && line.subarray(0, 3).equals(BOM)) line = line.subarray(3);
    this.#isFirstLine = false;
    if (line.length === 0) return this.#dispatch();
    const colon = line.indexOf(COLON);
    if (colon === 0) return void this.comments.push(textOf(line.subarray(1)));
    if (colon === -1) return this.#field(textOf(line), '');
    const valueAt = line[colon + 1] === SPACE ? colon + 2 : colon + 1;
    this.#field(textOf(line.subarray(0, colon)), textOf(line.subarray(valueAt)));
  }

  #field(name: string, value: string): void {
    if (name === 'event') this.#type = value;
    if (name === 'data') this.#data += `${value}\n`;
    if (name === 'id' && !value.includes('\0')) this.#lastEventId = value;
    if (name === 'retry' && /^[0-9]+$/.test(value)) this.retryMs = Number(value);
  }

  #dispatch(): void {
    const [type, data] = [this.#type === '' ? 'message' : this.#type, this.#data];
    this.#type = '';
    this.#data = '';
    if (data === '') return;
    this.events.push({ type, data: data.slice(0, -1), lastEventId: this.#lastEventId });
  }
}

/** No byte of a line end is part of a longer letter, so a line may be decoded by itself. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
