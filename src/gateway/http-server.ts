// The only file that sees uWebSockets. Reads a request whole before anything is done with it,
// answers corked, and keeps a stream's socket flushed. One server per gateway thread; several share
// a port.

import {
  App,
  type HttpRequest,
  type HttpResponse,
  type TemplatedApp,
  type us_listen_socket,
  us_listen_socket_close,
  us_socket_local_port,
} from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import { LIMITS } from '../limits.ts';
import { ChurnSet } from '../runtime/churn-map.ts';
import { ListenError } from './errors.ts';
import { readHead } from './http-head.ts';
import { problem } from './problem.ts';
import type { RawRequest } from './request.ts';
import type { Answer, Headers, JsonAnswer, StreamAnswer, TextAnswer } from './route.ts';
import type { Sink } from './sink.ts';
import { HEARTBEAT } from './sse-frame.ts';

const COMMON_HEADERS: Headers = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** Nothing of the request was done. */
const SHUTTING_DOWN = problem('shutting_down', { members: { outcome: 'rejected' } });

/** A request on its way. After `isGone` its response object must not be touched. */
interface Exchange {
  readonly res: HttpResponse;
  readonly method: string;
  isGone: boolean;
  onGone: () => void;
}

export class HttpServer {
  readonly #answer: (request: RawRequest) => Promise<Answer>;
  #app: TemplatedApp | null = null;
  readonly #inFlight = new ChurnSet<Exchange>();
  #listenSocket: us_listen_socket | null = null;
  #isStopping = false;
  #onIdle: (() => void)[] = [];
  /** A thread that ends with open sockets takes the process with it. */
  readonly #closeAtExit = () => this.close();

  constructor(answer: (request: RawRequest) => Promise<Answer>) {
    this.#answer = answer;
  }

  listen(host: string, port: number): Promise<number> {
    const app = App().any('/*', (res, req) => this.#onRequest(res, req));
    this.#app = app;
    process.on('exit', this.#closeAtExit);
    return new Promise((resolve, reject) => {
      app.listen(host, port, (socket) => {
        if (socket === false) return reject(new ListenError(host, port));
        this.#listenSocket = socket;
        resolve(us_socket_local_port(socket));
      });
    });
  }

  /** Connections that are open stay so until their next answer, which ends them. */
  stopListening(): void {
    this.#isStopping = true;
    if (this.#listenSocket !== null) us_listen_socket_close(this.#listenSocket);
    this.#listenSocket = null;
  }

  /** Resolves when every request that was taken has its answer. */
  idle(): Promise<void> {
    if (this.#inFlight.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  close(): void {
    process.off('exit', this.#closeAtExit);
    this.#app?.close();
    this.#app = null;
  }

  #onRequest(res: HttpResponse, req: HttpRequest): void {
    const method = req.getMethod().toUpperCase();
    const exchange: Exchange = { res, method, isGone: false, onGone: () => undefined };
    const query = req.getQuery() ?? ''; // undefined without a `?`, whatever its type says
    const { headers, declaredBytes, fault } = readHead((take) => req.forEach(take));
    const path = req.getUrl();
    res.onAborted(() => {
      exchange.isGone = true;
      exchange.onGone();
      this.#settled(exchange);
    });
    const take = (body: RawRequest['body'], endConnection: boolean) =>
      void this.#take(exchange, { method, path, query, headers, body }, endConnection);
    if (fault !== null) {
      return sendWhole(
        exchange,
        problem('invalid_header', { errors: [fault], members: { outcome: 'rejected' } }),
        true,
      );
    }
    if (declaredBytes <= LIMITS.bodyBytesMax) return readBody(res, take);
    res.onData(() => undefined); // what still comes of it is dropped as it comes
    take('too_large', declaredBytes > LIMITS.bodyDrainBytesMax);
  }

  async #take(exchange: Exchange, request: RawRequest, endConnection: boolean): Promise<void> {
    this.#inFlight.add(exchange);
    const answer = this.#isStopping ? SHUTTING_DOWN : await this.#answer(request);
    this.#settled(exchange); // a stream is no request in flight either: a drain sends it away
    if (exchange.isGone) return;
    if (answer.kind !== 'stream') sendWhole(exchange, answer, endConnection || this.#isStopping);
    else if (this.#isStopping) sendWhole(exchange, SHUTTING_DOWN, true);
    else this.#stream(exchange, answer);
  }

  #stream(exchange: Exchange, answer: StreamAnswer): void {
    const { res } = exchange;
    res.cork(() => {
      res.writeStatus('200 OK');
      writeHeaders(res, {
        'content-type': 'text/event-stream',
        ...COMMON_HEADERS,
        'cache-control': 'no-store, no-transform', // a proxy that compresses would hold it back
        'x-accel-buffering': 'no',
        ...answer.headers,
      });
    });
    const listener = answer.open(sinkOf(exchange));
    exchange.onGone = () => listener.closed();
    if (exchange.isGone) return;
    // uWebSockets flushes what it has buffered only while something is written in here, and cuts a
    // client off otherwise.
    res.onWritable(() => {
      const hasRoom = !exchange.isGone && writeTo(exchange, HEARTBEAT);
      if (hasRoom) listener.drained();
      return true;
    });
  }

  #settled(exchange: Exchange): void {
    if (!this.#inFlight.delete(exchange) || this.#inFlight.size > 0) return;
    for (const resolve of this.#onIdle) resolve();
    this.#onIdle = [];
  }
}

/** Nothing is done before the last byte: bad framing may show only there. */
function readBody(
  res: HttpResponse,
  take: (body: RawRequest['body'], endConnection: boolean) => void,
): void {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let isOver = false;
  res.onData((chunk, isLast) => {
    if (isOver) return;
    bytes += chunk.byteLength;
    if (bytes > LIMITS.bodyBytesMax) {
      isOver = true;
      chunks = [];
      return take('too_large', true); // no length was declared, so there may be no end to it
    }
    const copy = Buffer.from(Buffer.from(chunk)); // the chunk is taken back on return
    if (!isLast) return void chunks.push(copy);
    isOver = true;
    take(chunks.length === 0 ? copy : Buffer.concat([...chunks, copy]), false);
  });
}

function sendWhole(
  { res, method }: Exchange,
  answer: JsonAnswer | TextAnswer,
  endConnection: boolean,
): void {
  const body = answer.kind === 'json' ? JSON.stringify(answer.body) : answer.body;
  res.cork(() => {
    res.writeStatus(`${answer.status} ${STATUS_CODES[answer.status] ?? ''}`);
    res.writeHeader('content-type', answer.contentType);
    writeHeaders(res, COMMON_HEADERS);
    writeHeaders(res, answer.headers);
    if (method === 'HEAD') res.endWithoutBody(Buffer.byteLength(body), endConnection);
    else res.end(body, endConnection);
  });
}

function writeHeaders(res: HttpResponse, headers: Headers): void {
  for (const name in headers) res.writeHeader(name, headers[name] ?? '');
}

function sinkOf(exchange: Exchange): Sink {
  return {
    write: (bytes) => !exchange.isGone && writeTo(exchange, bytes),
    close() {
      if (exchange.isGone) return;
      exchange.isGone = true;
      // `closeConnection` would write its header into the chunked body.
      exchange.res.cork(() => exchange.res.end());
    },
  };
}

function writeTo({ res }: Exchange, bytes: string | Uint8Array): boolean {
  let hasRoom = false;
  res.cork(() => {
    hasRoom = res.write(bytes);
  });
  return hasRoom;
}
