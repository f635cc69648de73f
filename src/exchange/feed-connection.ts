// One feed over one socket. Frames wait here until they are read; when too many wait the socket is
// paused, and that is the whole of its back-pressure.
import { Client, type Dispatcher } from 'undici';
import { LIMITS } from '../limits.ts';
import type { CancelEffect } from '../runtime/system.ts';
import type { OpenFeedAnswer, ReadFeedAnswer } from './effects.ts';
import { DecodeError } from './errors.ts';
import { LineSplitter } from './line-splitter.ts';
import type { ExecutionFrame, PriceFrame } from './port.ts';

export interface FeedConnectionOptions {
  readonly baseUrl: string;
  readonly path: string;
  /** For the connection and the head of the answer; what follows never ends. */
  readonly openMs: number;
  /** Gets every line as it came, before it is decoded; null: nobody keeps them. */
  readonly keep: ((lines: readonly string[]) => void) | null;
  readonly decode: (line: string) => ExecutionFrame | PriceFrame;
  readonly onOpened: (answer: OpenFeedAnswer) => void;
}

interface Waiting {
  readonly framesMax: number;
  readonly answer: (answer: ReadFeedAnswer) => void;
}

export class FeedConnection implements Dispatcher.DispatchHandler {
  readonly #client: Client;
  readonly #keep: FeedConnectionOptions['keep'];
  readonly #decode: FeedConnectionOptions['decode'];
  readonly #splitter = new LineSplitter(LIMITS.feedLineBytesMax);
  readonly #openTimer: NodeJS.Timeout;
  #onOpened: FeedConnectionOptions['onOpened'] | null;
  #controller: Dispatcher.DispatchController | null = null;
  #isOpen = false;
  #lines: string[] = [];
  #waiting: Waiting | null = null;
  /** Why no more lines will come; those that have come are still read. */
  #ended: string | null = null;

  constructor({ baseUrl, path, openMs, keep, decode, onOpened }: FeedConnectionOptions) {
    this.#keep = keep;
    this.#decode = decode;
    this.#onOpened = onOpened;
    this.#client = new Client(baseUrl, {
      pipelining: 1,
      bodyTimeout: 0,
      headersTimeout: 0,
      connect: { timeout: openMs },
    });
    this.#openTimer = setTimeout(() => this.#end(`no answer within ${openMs} ms`), openMs);
    this.#client.dispatch({ method: 'GET', path, idempotent: false }, this);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  read(framesMax: number, answer: (answer: ReadFeedAnswer) => void): CancelEffect {
    if (this.#waiting !== null) {
      answer({ outcome: 'closed', error: 'the feed is being read already' });
      return () => {};
    }
    const waiting = { framesMax, answer };
    this.#waiting = waiting;
    this.#serve();
    return () => {
      if (this.#waiting === waiting) this.#waiting = null;
    };
  }

  close(): void {
    this.#lines = [];
    this.#end('the feed was closed here');
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ended !== null) controller.abort(new Error(this.#ended));
  }

  onResponseStart(_: Dispatcher.DispatchController, statusCode: number): void {
    if (statusCode !== 200) {
      this.#end(`the exchange answered ${statusCode}`);
      return;
    }
    this.#isOpen = true;
    this.#opened({ outcome: 'opened' });
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    try {
      const lines = this.#splitter.push(chunk);
      this.#keep?.(lines);
      this.#lines.push(...lines);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#end(error.message);
      return;
    }
    this.#serve();
    if (this.#lines.length >= LIMITS.feedFramesPerReadMax) this.#controller?.pause();
  }

  onResponseEnd(): void {
    this.#end('the exchange ended the feed');
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#end(error.message);
  }

  #serve(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    if (this.#lines.length > 0) {
      this.#waiting = null;
      waiting.answer(this.#take(waiting.framesMax));
      if (this.#lines.length < LIMITS.feedFramesPerReadMax) this.#controller?.resume();
    } else if (this.#ended !== null) {
      this.#waiting = null;
      waiting.answer({ outcome: 'closed', error: this.#ended });
    }
  }

  /** A malformed line ends the feed; what came before it is still delivered. */
  #take(framesMax: number): ReadFeedAnswer {
    const lines = this.#lines.splice(0, framesMax);
    const frames: (ExecutionFrame | PriceFrame)[] = [];
    try {
      for (const line of lines) frames.push(this.#decode(line));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#lines = [];
      this.#end(`a frame was malformed: ${error.message}`);
      if (frames.length === 0) return { outcome: 'closed', error: error.message };
    }
    return { outcome: 'frames', frames };
  }

  #opened(answer: OpenFeedAnswer): void {
    clearTimeout(this.#openTimer);
    const tell = this.#onOpened;
    this.#onOpened = null;
    tell?.(answer);
  }

  #end(error: string): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    this.#isOpen = false;
    void this.#client.destroy(new Error(error));
    this.#opened({ outcome: 'closed', error });
    this.#serve();
  }
}
