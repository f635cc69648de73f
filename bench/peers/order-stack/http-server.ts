// The HTTP side of a worker: node:http without a framework, because four routes need none.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Cancelling } from './cancelling.ts';
import { readOrderBody } from './order-body.ts';
import type { Placing } from './placing.ts';
import { type Answer, problem } from './problem.ts';
import type { Reading } from './reading.ts';
import type { TokenCache } from './tokens.ts';

export interface Routes {
  readonly placing: Placing;
  readonly cancelling: Cancelling;
  readonly reading: Reading;
  readonly tokens: TokenCache;
}

const KEEP_ALIVE_MS = 120_000;
const ORDER_PATH = '/order/';

export function httpServer(routes: Routes): Server {
  const options = { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0, headersTimeout: 0 };
  return createServer(options, (request, response) => {
    answer(routes, request)
      .catch((error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        return problem('internal_error');
      })
      .then((given) => send(response, given));
  });
}

async function answer(routes: Routes, request: IncomingMessage): Promise<Answer> {
  const { tokens } = routes;
  const authorization = request.headers.authorization ?? '';
  // The body first: it must be listened to before anything is awaited.
  const body = request.method === 'POST' ? bodyOf(request) : null;
  const userId = tokens.known(authorization, Date.now()) ?? (await tokens.verify(authorization));
  const text = body === null ? '' : await body;
  if (userId === null) return problem('unauthenticated');
  return routed(routes, request, userId, text);
}

function routed(
  { placing, cancelling, reading }: Routes,
  { method, url = '', headers }: IncomingMessage,
  userId: string,
  text: string,
): Promise<Answer> | Answer {
  if (method === 'POST' && url === '/order') {
    const order = readOrderBody(text);
    if (typeof order === 'string') return problem(order);
    const key = headers['idempotency-key'];
    const find = (id: string) => reading.order(userId, id);
    return placing.place(userId, typeof key === 'string' ? key : null, order, find);
  }
  if (url.startsWith(ORDER_PATH)) {
    const id = url.slice(ORDER_PATH.length);
    if (method === 'DELETE') return cancelling.cancel(userId, id);
    if (method === 'GET') return reading.order(userId, id);
  }
  if (method === 'GET' && url === '/account') return reading.account(userId);
  return problem('not_found');
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [first] = chunks;
      const isOne = chunks.length === 1 && first !== undefined;
      resolve((isOne ? first : Buffer.concat(chunks)).toString('utf8'));
    });
    request.on('error', reject);
  });
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const type = status < 300 ? 'application/json' : 'application/problem+json';
  const headers = { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(status, headers).end(body);
}
