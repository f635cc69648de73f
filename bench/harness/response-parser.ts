// Reads HTTP/1.1 responses from a byte stream that may be split anywhere, one after the other,
// without a copy of the bodies.

export interface ResponseHead {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface ResponseListener {
  onHead(head: ResponseHead): void;
  /** A piece of the body; valid until the call returns. */
  onBody(bytes: Buffer): void;
  onEnd(): void;
}

export class ResponseError extends Error {
  readonly code = 'bad_response';
  override readonly name = 'ResponseError';
}

/** What comes next. `data` states take bytes, the others take lines. */
type State = 'status' | 'header' | 'chunk_size' | 'chunk_end' | 'trailer' | DataState;
type DataState = 'sized_data' | 'chunk_data' | 'endless_data';

const LINE_BYTES_MAX = 16 * 1024;
const NONE: Buffer = Buffer.alloc(0);
const LINE_FEED = 0x0a;

export class ResponseParser {
  readonly #listener: ResponseListener;
  #state: State = 'status';
  /** The beginning of a line whose end has not come yet. */
  #rest = NONE;
  #status = 0;
  #headers = new Map<string, string>();
  /** Bytes that the sized body or the chunk still owes. */
  #owed = 0;

  constructor(listener: ResponseListener) {
    this.#listener = listener;
  }

  /** Keeps nothing of the chunk. Throws `ResponseError`: the connection is of no use then. */
  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = NONE;
    for (let at = 0; at < bytes.length; ) {
      if (isData(this.#state)) {
        at += this.#takeData(this.#state, bytes, at);
        continue;
      }
      const end = bytes.indexOf(LINE_FEED, at);
      if (end === -1) return this.#keep(bytes.subarray(at));
      this.#takeLine(lineOf(bytes, at, end));
      at = end + 1;
    }
  }

  /** The connection has ended. False when that cut a response short. */
  end(): boolean {
    if (this.#state === 'endless_data') this.#finish();
    return this.#state === 'status' && this.#rest.length === 0;
  }

  #keep(line: Buffer): void {
    if (line.length > LINE_BYTES_MAX) throw new ResponseError('a header line was too long');
    this.#rest = Buffer.from(line);
  }

  #takeData(state: DataState, bytes: Buffer, at: number): number {
    const left = bytes.length - at;
    const taken = state === 'endless_data' ? left : Math.min(left, this.#owed);
    this.#owed -= taken;
    this.#listener.onBody(bytes.subarray(at, at + taken));
    if (state === 'sized_data' && this.#owed === 0) this.#finish();
    if (state === 'chunk_data' && this.#owed === 0) this.#state = 'chunk_end';
    return taken;
  }

  #takeLine(line: string): void {
    switch (this.#state) {
      case 'status':
        return this.#takeStatus(line);
      case 'header':
        return line === '' ? this.#takeHeadEnd() : this.#takeHeader(line);
      case 'chunk_size':
        return this.#takeChunkSize(line);
      case 'chunk_end':
        this.#state = 'chunk_size';
        return;
      case 'trailer':
        if (line === '') this.#finish();
    }
  }

  #takeStatus(line: string): void {
    const match = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(line);
    if (match === null) throw new ResponseError(`no status line: "${line.slice(0, 80)}"`);
    this.#status = Number(match[1]);
    this.#headers = new Map();
    this.#state = 'header';
  }

  #takeHeader(line: string): void {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new ResponseError(`no header line: "${line.slice(0, 80)}"`);
    this.#headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }

  #takeHeadEnd(): void {
    const status = this.#status;
    if (status < 200) {
      this.#state = 'status'; // 100 Continue: the response itself follows
      return;
    }
    this.#listener.onHead({ status, headers: this.#headers });
    if (/\bchunked$/i.test(this.#headers.get('transfer-encoding') ?? '')) {
      this.#state = 'chunk_size';
      return;
    }
    const length = this.#headers.get('content-length');
    if (status === 204 || status === 304 || length === '0') return this.#finish();
    this.#state = length === undefined ? 'endless_data' : 'sized_data';
    this.#owed = length === undefined ? 0 : sizeOf(length, 10);
  }

  #takeChunkSize(line: string): void {
    this.#owed = sizeOf(line.split(';', 1)[0]?.trim() ?? '', 16);
    this.#state = this.#owed === 0 ? 'trailer' : 'chunk_data';
  }

  #finish(): void {
    this.#state = 'status';
    this.#listener.onEnd();
  }
}

function isData(state: State): state is DataState {
  return state === 'sized_data' || state === 'chunk_data' || state === 'endless_data';
}

/** Without its line feed and the carriage return before it. */
function lineOf(bytes: Buffer, start: number, lineFeed: number): string {
  const line = bytes.toString('latin1', start, lineFeed);
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function sizeOf(text: string, radix: 10 | 16): number {
  const digits = radix === 10 ? /^[0-9]+$/ : /^[0-9a-f]+$/i;
  const size = digits.test(text) ? Number.parseInt(text, radix) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new ResponseError(`no size: "${text.slice(0, 80)}"`);
  return size;
}
