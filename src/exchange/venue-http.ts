// One request to the exchange at a time per connection, never repeated, and how sure we are of what
// became of it.
import type { Dispatcher, Pool } from 'undici';
import { LIMITS } from '../limits.ts';
import type { CancelEffect } from '../runtime/system.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: string | null;
}

export type HttpOutcome =
  | { readonly kind: 'response'; readonly status: number; readonly body: string }
  /** It never reached a socket. */
  | { readonly kind: 'not_written'; readonly error: string }
  /** It was, or may have been, written, and no whole answer came. */
  | { readonly kind: 'no_answer'; readonly error: string };

/** Answers once; after the deadline, or once cancelled, the request's socket is destroyed. */
export function send(
  pool: Pool,
  request: HttpRequest,
  requestMs: number,
  answer: (outcome: HttpOutcome) => void,
): CancelEffect {
  const exchange = new HttpExchange(answer);
  const timer = setTimeout(() => exchange.giveUp(`no answer within ${requestMs} ms`), requestMs);
  exchange.onSettled = () => clearTimeout(timer);
  const { method, path, body } = request;
  const headers = body === null ? {} : { 'content-type': 'application/json' };
  pool.dispatch({ method, path, body, headers, idempotent: false }, exchange);
  return () => exchange.abandon();
}

class HttpExchange implements Dispatcher.DispatchHandler {
  onSettled: () => void = () => {};
  readonly #answer: (outcome: HttpOutcome) => void;
  /**
   * Set just before the first byte is handed to a socket: as long as it is null, surely nothing was
   * written.
   */
  #controller: Dispatcher.DispatchController | null = null;
  #isSettled = false;
  #status = 0;
  #bytes = 0;
  readonly #chunks: Buffer[] = [];

  constructor(answer: (outcome: HttpOutcome) => void) {
    this.#answer = answer;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Given up while it waited for a connection, or handed back after a write: in both cases it
    // must not be written now.
    const mustNotBeWritten = this.#isSettled || this.#controller !== null;
    this.#controller = controller;
    if (mustNotBeWritten) controller.abort(new Error('the request must not be written'));
  }

  onResponseStart(_: Dispatcher.DispatchController, statusCode: number): void {
    this.#status = statusCode;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > LIMITS.venueAnswerBytesMax) this.giveUp('the answer was too long');
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks).toString('utf8');
    this.#settle({ kind: 'response', status: this.#status, body });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.giveUp(error.message);
  }

  giveUp(error: string): void {
    const kind = this.#controller === null ? 'not_written' : 'no_answer';
    this.#settle({ kind, error });
    this.#destroySocket();
  }

  /** Nobody waits for the answer any more. */
  abandon(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.onSettled();
    this.#destroySocket();
  }

  #destroySocket(): void {
    if (this.#controller?.aborted === false) this.#controller.abort(new Error('given up'));
  }

  #settle(outcome: HttpOutcome): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.onSettled();
    this.#answer(outcome);
  }
}
