// A server that speaks as much of the API as the generators use, and can be told to lose, repeat,
// refuse and hang up.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Target } from '../../bench/harness/raw-http.ts';

export interface Faults {
  /** Every n-th order is refused. */
  readonly refuseEvery?: number;
  /** Every n-th order's connection is cut without an answer. */
  readonly cutEvery?: number;
  /** Every n-th order's event is left out, though its number is used. */
  readonly loseEventEvery?: number;
  /** Every n-th order's event is sent twice. */
  readonly repeatEventEvery?: number;
  /** Of all orders before the n-th the answers wait for it. */
  readonly holdUntil?: number;
}

export interface FakeBroker {
  readonly target: Target;
  readonly bodies: readonly unknown[];
  readonly connections: number;
  headSeq(): number;
}

export const TOKEN = 'token-of-alice';

export async function startFakeBroker(
  t: Pick<TestContext, 'after'>,
  faults: Faults = {},
): Promise<FakeBroker> {
  const bodies: unknown[] = [];
  const streams = new Set<ServerResponse>();
  const held: (() => void)[] = [];
  let seq = 0;
  let connections = 0;

  const sendEvent = (id: string): void => {
    seq++;
    const data = { seq, kind: 'order_created', at: new Date().toISOString(), order: { id } };
    const frame = `event: order\nid: ${seq}\ndata: ${JSON.stringify(data)}\n\n`;
    if (isNth(faults.loseEventEvery)) return;
    for (const stream of streams)
      stream.write(isNth(faults.repeatEventEvery) ? frame.repeat(2) : frame);
  };
  const isNth = (every: number | undefined): boolean =>
    every !== undefined && bodies.length % every === 0;

  const place = (body: unknown, res: ServerResponse): void => {
    bodies.push(body);
    if (isNth(faults.cutEvery)) return void res.destroy();
    const id = `ord_00${bodies.length}`;
    const refused = isNth(faults.refuseEvery);
    if (!refused) sendEvent(id);
    const answer = refused ? { code: 'busy' } : { id, status: 'submitted' };
    held.push(() => {
      res.writeHead(refused ? 503 : 201, { 'content-type': 'application/json' });
      res.end(JSON.stringify(answer));
    });
    if (bodies.length < (faults.holdUntil ?? 0)) return;
    for (const send of held.splice(0)) send();
  };

  const stream = (res: ServerResponse): void => {
    streams.add(res);
    res.once('close', () => streams.delete(res));
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(`event: hello\nretry: 1000\ndata: {"streamId":"0-1","headSeq":${seq}}\n\n`);
    res.write(priceFrame(Date.now() - 60_000)); // the snapshot
    res.write(`${priceFrame(Date.now() - 5)}:\n\n`);
  };

  const server = createServer((req, res) => {
    if (req.headers.authorization !== `Bearer ${TOKEN}`) return void res.writeHead(401).end();
    if (req.method === 'POST') return void readJson(req).then((body) => place(body, res));
    if (req.url?.startsWith('/stream') === true) return stream(res);
    res.writeHead(404).end();
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    target: { host: '127.0.0.1', port },
    bodies,
    get connections() {
      return connections;
    },
    headSeq: () => seq,
  };
}

function priceFrame(atMs: number): string {
  const data = { symbol: 'IBM', priceInCents: 18_190, lastUpdated: new Date(atMs).toISOString() };
  return `event: price\ndata: ${JSON.stringify(data)}\n\n`;
}

async function readJson(req: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of req.setEncoding('utf8')) text += chunk;
  return JSON.parse(text);
}
