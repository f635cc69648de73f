// One of the many streams that are read for their cost to the server, not for what they say. It
// is left unread until it is told to drain, then takes what has gathered in the kernel at once:
// reading at each write would cost more than the server does. Events are counted exactly.
import { connect, type Socket } from 'node:net';
import { requestText, type Target } from '../harness/raw-http.ts';
import { EventCounter } from './event-counter.ts';
import { LastPrices } from './last-prices.ts';

export interface DrainedOptions {
  readonly target: Target;
  readonly path: string;
  readonly token: string;
  readonly symbols: readonly string[];
  /** Once, unless `close` was called. */
  readonly onClosed: (reason: string) => void;
}

/** All streams of the process read into it: what is read is done with before the next read. */
const READ = Buffer.allocUnsafe(256 * 1024);
const OK = 'HTTP/1.1 200';
const DATA = 'data: ';

export class DrainedStream {
  readonly symbols: readonly string[];
  readonly prices = new LastPrices();
  bytes = 0;
  reads = 0;
  readonly #options: DrainedOptions;
  readonly #counter = new EventCounter();
  #socket: Socket | null = null;
  #onOpened: (() => void) | null = null;
  #isClosed = false;
  #isParsing = false;
  #line = '';

  constructor(options: DrainedOptions) {
    this.#options = options;
    this.symbols = options.symbols;
  }

  get events(): number {
    return this.#counter.count;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves with the first bytes of the answer; after a refusal `onClosed` is called instead. */
  open(): Promise<void> {
    const { target, path, token } = this.#options;
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
    const opened = new Promise<void>((resolve) => {
      this.#onOpened = resolve;
    });
    this.#socket = connect({
      ...target,
      noDelay: true,
      onread: { buffer: READ, callback: (length) => this.#onRead(READ.subarray(0, length)) },
    });
    this.#socket.on('error', (error) => this.#closed(error.message));
    this.#socket.on('close', () => this.#closed('the connection was closed'));
    this.#socket.write(requestText({ method: 'GET', path, target, headers }));
    return opened;
  }

  /** Takes what has come since the last time. */
  drain(): void {
    this.#socket?.resume();
  }

  /** From now on every event is read as it comes, for its price. */
  parse(): void {
    this.#isParsing = true;
    this.#socket?.resume();
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.resetAndDestroy(); // thousands in TIME_WAIT would be missing in the next run
  }

  /** False: no more until the next drain. */
  #onRead(bytes: Buffer): boolean {
    this.reads++;
    this.bytes += bytes.length;
    if (this.#onOpened !== null) this.#takeHead(bytes);
    this.#counter.take(bytes);
    if (this.#isParsing) this.#parse(bytes.toString('latin1'));
    return this.#isParsing || bytes.length === READ.length;
  }

  #takeHead(bytes: Buffer): void {
    const head = bytes.toString('latin1', 0, OK.length);
    if (head !== OK) return this.#closed(`answered "${head}"`);
    this.#onOpened?.();
    this.#onOpened = null;
  }

  /** The framing of chunks stands on lines of its own, and no line is split by it. */
  #parse(text: string): void {
    const lines = `${this.#line}${text}`.split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith(DATA)) continue;
      const data = JSON.parse(line.slice(DATA.length)) as {
        readonly symbol?: string;
        readonly priceInCents?: number;
      };
      if (data.symbol === undefined || data.priceInCents === undefined) continue;
      this.prices.take(data.symbol, data.priceInCents);
    }
  }

  #closed(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket?.destroy();
    this.#onOpened?.();
    this.#options.onClosed(reason);
  }
}
