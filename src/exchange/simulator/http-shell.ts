// The exchange over HTTP/1.1: requests and answers as JSON, feeds and log as newline-delimited
// JSON.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { DecodeError } from '../errors.ts';
import type { Exchange, ExchangeReply } from './exchange.ts';
import { refusal } from './exchange.ts';
import type { Respond } from './faults/faults.ts';
import type { Feed } from './feed.ts';
import {
  type ExchangeRequest,
  type FeedPosition,
  readRequest,
  readStreamRequest,
  type StreamRequest,
} from './requests.ts';

export interface HttpShellOptions {
  readonly exchange: Exchange;
  /** Answers one request, at once, later or never: the exchange, or what stands before it. */
  readonly answer: (request: ExchangeRequest, respond: Respond) => void;
  /** Runs what begins a feed, at once or when it is heard. */
  readonly whenHeard: (run: () => void) => void;
  /** Obeys `POST /v1/control`; null: there is no such path. */
  readonly control: ((body: string) => ExchangeReply) | null;
  readonly nowMs: () => number;
}

const BODY_BYTES_MAX = 1024 * 1024;
/** Longer than any client keeps an idle connection, so that the client is the one who closes it. */
const KEEP_ALIVE_MS = 120_000;
const NDJSON = { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' };

export function createHttpShell(options: HttpShellOptions): Server {
  const server = createServer((request, response) => {
    request.socket.setNoDelay(true);
    const method = request.method ?? '';
    const url = attempt(response, () => urlOf(request));
    if (url === REFUSED) return;
    if (`${method} ${url.pathname}` === 'GET /livez') {
      send(response, { status: 200, body: { ok: true } });
      return;
    }
    const stream = attempt(response, () => readStreamRequest(method, url));
    if (stream === REFUSED) return;
    if (stream !== null) openStream(stream, request, response, options);
    else answerRequest({ method, url, request, response }, options);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0;
  return server;
}

function urlOf(request: IncomingMessage): URL {
  const [path, base] = [request.url ?? '/', 'http://exchange'];
  if (URL.canParse(path, base)) return new URL(path, base);
  throw new DecodeError(`the path ${path} could not be read`);
}

const REFUSED = Symbol('refused');

/** Runs a decoder; what it finds malformed is answered 400, and nothing has happened. */
function attempt<Result>(response: ServerResponse, read: () => Result): Result | typeof REFUSED {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    send(response, refusal(400, 'malformed_request', error.message));
    return REFUSED;
  }
}

interface Exchanged {
  readonly method: string;
  readonly url: URL;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function answerRequest(
  { method, url, request, response }: Exchanged,
  { answer, control }: HttpShellOptions,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
  });
  request.on('end', () => {
    if (bytes > BODY_BYTES_MAX) {
      send(response, refusal(413, 'body_too_large', `${bytes} bytes`));
      return;
    }
    const body = Buffer.concat(chunks).toString('utf8');
    if (control !== null && `${method} ${url.pathname}` === 'POST /v1/control') {
      const obeyed = attempt(response, () => control(body));
      if (obeyed !== REFUSED) send(response, obeyed);
      return;
    }
    const read = attempt(response, () => readRequest(method, url, body));
    if (read === REFUSED) return;
    if (read === null) return send(response, refusal(404, 'unknown_path', url.pathname));
    answer(read, (reply) => {
      if (reply === 'reset') response.destroy();
      else send(response, reply);
    });
  });
}

function openStream(
  stream: StreamRequest,
  request: IncomingMessage,
  response: ServerResponse,
  { exchange, whenHeard, nowMs }: HttpShellOptions,
): void {
  request.resume();
  if (stream.kind === 'Log') return sendLog(exchange, response, stream.afterSeq);
  const { kind, from } = stream;
  whenHeard(() => {
    if (response.destroyed) return; // its reader has gone meanwhile
    if (kind === 'Executions') {
      follow(exchange.executions, response, nowMs, beginExecutions(exchange, from));
    } else {
      follow(exchange.prices, response, nowMs, beginPrices(exchange, from));
    }
  });
}

interface Beginning {
  readonly afterSeq: number;
  readonly opening: readonly string[];
}

/** Another epoch begins at its first execution: all of them are kept. */
function beginExecutions({ engine, executions }: Exchange, from: FeedPosition | null): Beginning {
  if (from === null) return { afterSeq: 0, opening: [] };
  const isOurs = from.epoch === engine.epoch;
  if (isOurs && executions.canResume(from.seq)) return { afterSeq: from.seq, opening: [] };
  const headSeq = isOurs ? executions.headSeq : 0;
  return { afterSeq: headSeq, opening: [resetLine(engine.epoch, headSeq)] };
}

function beginPrices({ engine, prices }: Exchange, from: FeedPosition | null): Beginning {
  if (from !== null && from.epoch === engine.epoch && prices.canResume(from.seq)) {
    return { afterSeq: from.seq, opening: [] };
  }
  const { headSeq } = prices;
  const reset = from === null ? [] : [resetLine(engine.epoch, headSeq)];
  return { afterSeq: headSeq, opening: [...reset, `${JSON.stringify(engine.priceSnapshot())}\n`] };
}

function resetLine(epoch: string, headSeq: number): string {
  return `${JSON.stringify({ kind: 'reset', epoch, headSeq })}\n`;
}

function follow(feed: Feed, response: ServerResponse, nowMs: () => number, at: Beginning): void {
  response.writeHead(200, NDJSON);
  response.flushHeaders();
  const sink = {
    write: (text: string) => response.write(text),
    cut: () => response.destroy(),
  };
  const reader = feed.subscribe(sink, at.afterSeq, at.opening, nowMs());
  feed.heartbeatTo(reader, nowMs());
  response.on('drain', () => reader.drained(nowMs()));
  response.on('close', () => feed.unsubscribe(reader));
}

/** What the log holds by now, at the reader's pace. */
function sendLog({ log }: Exchange, response: ServerResponse, afterSeq: number): void {
  response.writeHead(200, NDJSON);
  const end = log.size;
  let offset = log.offsetAfter('logSeq', afterSeq);
  const pump = () => {
    while (offset < end && !response.destroyed) {
      const { lines, nextOffset } = log.read(offset);
      offset = nextOffset;
      const wanted = lines.filter((line) => logSeqOf(line) > afterSeq);
      if (wanted.length > 0 && !response.write(`${wanted.join('\n')}\n`)) {
        response.once('drain', pump);
        return;
      }
    }
    response.end();
  };
  pump();
}

/** Every line begins with its number. */
function logSeqOf(line: string): number {
  return Number.parseInt(line.slice('{"logSeq":'.length), 10);
}

function send(response: ServerResponse, { status, body }: ExchangeReply): void {
  if (response.destroyed) return; // a late answer to somebody who has gone
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
