// The limit: one thread that follows the feed and writes to bare uWebSockets.js sockets, all that a
// client gets in 100 ms in one corked write; no actors, no users, no bounds, no checks.
// uws-writer.ts EXCHANGE_URL
import { App, type HttpResponse, us_socket_local_port } from 'uWebSockets.js';
import { followPrices } from './throttled-prices.ts';

interface Client {
  readonly res: HttpResponse;
  waiting: string;
}

const SWEEP_MS = 100;
const [exchangeUrl = ''] = process.argv.slice(2);
const watchers = new Map<string, Set<Client>>();
const last = new Map<string, string>();
const dirty = new Set<string>();

const app = App().get('/stream', (res, req) => {
  const symbols = req.getQuery('symbols')?.split(',') ?? [];
  const client: Client = { res, waiting: '' };
  res.onAborted(() => {
    for (const symbol of symbols) watchers.get(symbol)?.delete(client);
  });
  for (const symbol of symbols) {
    const known = watchers.get(symbol);
    if (known === undefined) watchers.set(symbol, new Set([client]));
    else known.add(client);
  }
  res.writeStatus('200 OK').writeHeader('content-type', 'text/event-stream');
  res.write(symbols.map((symbol) => last.get(symbol) ?? '').join(''));
  res.onWritable(() => true);
});

function sweep(): void {
  const takers = new Set<Client>();
  for (const symbol of dirty) {
    const frame = last.get(symbol) ?? '';
    for (const client of watchers.get(symbol) ?? []) {
      client.waiting += frame;
      takers.add(client);
    }
  }
  dirty.clear();
  for (const client of takers) {
    const { res, waiting } = client;
    client.waiting = '';
    res.cork(() => {
      res.write(waiting);
    });
  }
}

await followPrices(exchangeUrl, {
  take(symbol, data) {
    last.set(symbol, `event: price\ndata: ${data}\n\n`);
    dirty.add(symbol);
  },
  flush: () => undefined,
});
setInterval(sweep, SWEEP_MS);
app.listen('127.0.0.1', 0, (socket) => {
  if (socket === false) process.exit(1);
  process.stdout.write(`sse ready ${us_socket_local_port(socket)}\n`);
});
