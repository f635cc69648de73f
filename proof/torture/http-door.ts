// Clients on real sockets. `refused` only when there was nobody to connect to; whatever else breaks
// has no answer, for bytes that were written may have been read.
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import type { Door, DoorRequest, StreamListener, StreamRequest } from '../customers/door.ts';
import type { Answered } from '../history/history.ts';

const HOST = '127.0.0.1';
/** Longer than any answer takes. */
const PATIENCE_MS = 20_000;

export class HttpDoor implements Door {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(port: number) {
    this.#port = port;
  }

  request({ method, path, token, idempotencyKey, body }: DoorRequest): Promise<Answered> {
    const headers = {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey }),
      ...(body === null ? {} : { 'content-type': 'application/json' }),
    };
    return new Promise((resolve) => {
      const sent = request(this.#options({ method, path, headers, agent: this.#agent }));
      sent.setTimeout(PATIENCE_MS, () => sent.destroy(new Error('no answer came in time')));
      sent.once('response', (response) => whole(response, resolve));
      sent.once('error', (error) => resolve(wasRefused(error) ? 'refused' : 'none'));
      sent.end(body === null ? undefined : JSON.stringify(body));
    });
  }

  openStream({ token, query, lastEventId }: StreamRequest, listener: StreamListener): () => void {
    const headers = { authorization: `Bearer ${token}`, 'last-event-id': String(lastEventId) };
    const options = { method: 'GET', path: `/stream${query}`, headers, agent: false };
    const sent = request(this.#options(options));
    let isOver = false;
    const end = (): void => {
      if (!isOver) listener.closed();
      isOver = true;
    };
    sent.once('response', (response) => {
      if (response.statusCode !== 200) return void sent.destroy();
      response.setEncoding('utf8').on('data', (text: string) => {
        if (!isOver) listener.text(text);
      });
      response.once('error', end);
      response.once('close', end);
    });
    sent.once('error', end);
    sent.once('close', end);
    sent.end();
    return () => {
      isOver = true;
      sent.destroy();
    };
  }

  close(): void {
    this.#agent.destroy();
  }

  #options(options: RequestOptions): RequestOptions {
    return { host: HOST, port: this.#port, ...options };
  }
}

function whole(response: IncomingMessage, resolve: (answered: Answered) => void): void {
  let text = '';
  response.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  response.once('error', () => resolve('none'));
  response.once('close', () => {
    if (!response.complete) return resolve('none');
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
    );
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    resolve({ status: response.statusCode ?? 0, headers, body });
  });
}

function wasRefused(error: Error): boolean {
  return 'code' in error && error.code === 'ECONNREFUSED';
}
