// One SSE stream on a raw socket. With a listener every event is parsed; without, bytes are only
// counted, because reading thousands of streams costs more than making them.
import { connect, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';
import { requestText, type Target } from './raw-http.ts';
import { ResponseError, ResponseParser } from './response-parser.ts';

export interface SseEvent {
  readonly event: string;
  readonly id: string | null;
  readonly data: string;
}

export interface SseClientOptions {
  readonly target: Target;
  readonly path: string;
  readonly token: string;
  readonly onEvent: ((event: SseEvent) => void) | null;
  /** Once, unless `close` was called: the stream ended, or was never opened. */
  readonly onClosed: (reason: string) => void;
}

export class SseClient {
  readonly #options: SseClientOptions;
  #socket: Socket | null = null;
  #isClosed = false;
  #bytes = 0;

  constructor(options: SseClientOptions) {
    this.#options = options;
  }

  /** Everything that came on the socket, head and framing included. */
  get bytes(): number {
    return this.#bytes;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves with the head of the answer; after a refusal `onClosed` is called instead. */
  open(): Promise<void> {
    const { target, path, token } = this.#options;
    const socket = connect({ ...target, noDelay: true });
    this.#socket = socket;
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
    socket.write(requestText({ method: 'GET', path, target, headers }));
    return new Promise((resolve) => {
      const parser = this.#parser(resolve);
      socket.on('data', (chunk) => this.#onData(chunk, parser));
      socket.on('error', (error) => this.#closed(error.message));
      socket.on('close', () => this.#closed('the connection was closed'));
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.destroy();
  }

  #onData(chunk: Buffer, parser: { push(chunk: Buffer): void; isDone(): boolean }): void {
    this.#bytes += chunk.length;
    if (parser.isDone()) return;
    try {
      parser.push(chunk);
    } catch (error) {
      if (!(error instanceof ResponseError)) throw error;
      this.#closed(error.message);
    }
  }

  /** Done after the head when nobody listens. */
  #parser(opened: () => void) {
    const { onEvent } = this.#options;
    let isOpen = false;
    const events = createParser({
      onEvent: ({ event = 'message', id = null, data }) => onEvent?.({ event, id, data }),
    });
    const decoder = new StringDecoder('utf8');
    const response = new ResponseParser({
      onHead: ({ status }) => {
        if (status !== 200) return this.#closed(`answered ${status}`);
        isOpen = true;
        opened();
      },
      onBody: (bytes) => {
        if (isOpen && onEvent !== null) events.feed(decoder.write(bytes));
      },
      onEnd: () => this.#closed('the server ended the stream'),
    });
    return {
      push: (chunk: Buffer) => response.push(chunk),
      isDone: () => isOpen && onEvent === null,
    };
  }

  #closed(reason: string): void {
    if (this.#isClosed) return;
    this.close();
    this.#options.onClosed(reason);
  }
}
