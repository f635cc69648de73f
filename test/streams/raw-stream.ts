// One GET /stream on a raw socket, which can be left in every way there is: closed, reset, half
// closed, in the middle of a frame, paused, or read a few bytes at a time.
import { connect, type Socket } from 'node:net';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { type ResponseHead, ResponseParser } from '../../bench/harness/response-parser.ts';

export interface StreamTerms {
  readonly port: number;
  readonly token: string;
  /** Without its `?`. */
  readonly query: string;
  readonly lastEventId?: string | undefined;
  /** Bytes taken at a time; a few make a reader that trickles. */
  readonly readBytes?: number;
  /** The pause after each of them. */
  readonly readEveryMs?: number;
}

export interface StreamListener {
  opened?(head: ResponseHead): void;
  event(event: EventSourceMessage): void;
  /** Once, unless it was left from this side. `complete`: with the last chunk of the body. */
  ended(how: 'complete' | 'broken'): void;
}

const LISTENING_BYTES = 64 * 1024;

export class RawStream {
  readonly #socket: Socket;
  readonly #listener: StreamListener;
  readonly #readEveryMs: number;
  readonly #http: ResponseParser;
  readonly #decoder = new TextDecoder();
  #status: number | null = null;
  #isOver = false;
  #bytes = 0;
  #bytesLeft = Number.POSITIVE_INFINITY;

  constructor(terms: StreamTerms, listener: StreamListener) {
    this.#listener = listener;
    this.#readEveryMs = terms.readEveryMs ?? 0;
    const events = createParser({ onEvent: (event) => this.#hear(event) });
    this.#http = new ResponseParser({
      onHead: (head) => {
        this.#status = head.status;
        listener.opened?.(head);
      },
      onBody: (bytes) => {
        if (this.#status === 200) events.feed(this.#decoder.decode(bytes, { stream: true }));
      },
      onEnd: () => this.#ended('complete'),
    });
    const buffer = Buffer.allocUnsafe(terms.readBytes ?? LISTENING_BYTES);
    const { port } = terms;
    this.#socket = connect({
      ...{ port, host: '127.0.0.1', noDelay: true },
      onread: { buffer, callback: (size) => this.#take(buffer.subarray(0, size)) },
    });
    this.#socket.on('error', () => undefined); // 'close' follows
    this.#socket.on('close', () => this.#ended('broken'));
    this.#socket.write(requestOf(terms));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Null before the head of the answer. */
  get status(): number | null {
    return this.#status;
  }

  get bytes(): number {
    return this.#bytes;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Left in this way; nothing is heard of it any more. */
  leave(how: 'close' | 'reset' | 'half-close'): void {
    this.#isOver = true;
    if (how === 'close') this.#socket.destroy();
    else if (how === 'reset') this.#socket.resetAndDestroy();
    else this.#socket.end();
  }

  /** Left after so many more bytes, wherever in a frame that is. */
  leaveAfter(bytes: number): void {
    this.#bytesLeft = bytes;
  }

  #take(bytes: Buffer): boolean {
    if (this.#isOver) return true;
    const taken = bytes.subarray(0, this.#bytesLeft);
    this.#bytes += taken.length;
    this.#bytesLeft -= taken.length;
    this.#http.push(Buffer.from(taken)); // it keeps the beginning of a line, we read on in place
    if (this.#bytesLeft === 0) this.leave('close');
    if (this.#readEveryMs === 0) return true;
    setTimeout(() => this.resume(), this.#readEveryMs);
    return false;
  }

  #hear(event: EventSourceMessage): void {
    if (!this.#isOver) this.#listener.event(event);
  }

  #ended(how: 'complete' | 'broken'): void {
    if (this.#isOver) return;
    this.leave('close');
    this.#listener.ended(how);
  }
}

export function requestOf({ token, query, lastEventId }: StreamTerms): string {
  const lines = [
    `GET /stream?${query} HTTP/1.1`,
    'host: localhost',
    'accept: text/event-stream',
    ...(token === '' ? [] : [`authorization: Bearer ${token}`]),
    ...(lastEventId === undefined ? [] : [`last-event-id: ${lastEventId}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
