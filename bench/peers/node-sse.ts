// An SSE server as most teams would write it: node:http, a channel of Redis Pub/Sub per symbol that
// somebody watches, each event formatted once and written to each response as it comes.
// node-sse.ts REDIS_PORT
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RedisClient, type Reply } from './redis-client.ts';

const port = Number(process.argv[2]);
const watchers = new Map<string, Set<ServerResponse>>();
const subscriber = await RedisClient.connect(port, onMessage);
const snapshots: { readonly response: ServerResponse }[] = [];
let nextSnapshot = 0;
const reader = await RedisClient.connect(port, onSnapshot);

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://peer');
  const symbols = url.searchParams.get('symbols')?.split(',') ?? [];
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.flushHeaders();
  for (const symbol of symbols) join(symbol, response);
  snapshots.push({ response });
  reader.send([['MGET', ...symbols.map((symbol) => `last:${symbol}`)]]);
  response.on('close', () => {
    for (const symbol of symbols) leave(symbol, response);
  });
});
server.requestTimeout = 0;
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  process.stdout.write(`sse ready ${(server.address() as AddressInfo).port}\n`);
});

function onMessage(reply: Reply): void {
  if (!Array.isArray(reply) || reply[0] !== 'message') return;
  const [, channel, data] = reply as readonly string[];
  const frame = frameOf(data ?? '');
  for (const response of watchers.get(channel?.slice('price:'.length) ?? '') ?? []) {
    response.write(frame);
  }
}

/** Redis answers in the order in which it was asked. */
function onSnapshot(reply: Reply): void {
  const asked = snapshots[nextSnapshot++];
  if (nextSnapshot === snapshots.length) {
    snapshots.length = 0;
    nextSnapshot = 0;
  }
  const known = Array.isArray(reply) ? reply.filter((data) => typeof data === 'string') : [];
  asked?.response.write(known.map(frameOf).join(''));
}

function join(symbol: string, response: ServerResponse): void {
  const known = watchers.get(symbol);
  if (known !== undefined) return void known.add(response);
  watchers.set(symbol, new Set([response]));
  subscriber.send([['SUBSCRIBE', `price:${symbol}`]]);
}

function leave(symbol: string, response: ServerResponse): void {
  const known = watchers.get(symbol);
  known?.delete(response);
  if (known?.size !== 0) return;
  watchers.delete(symbol);
  subscriber.send([['UNSUBSCRIBE', `price:${symbol}`]]);
}

function frameOf(data: string): string {
  return `event: price\ndata: ${data}\n\n`;
}
