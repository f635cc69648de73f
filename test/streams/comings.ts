// Thousands of clients that come and go over real sockets, in every way of which a browser or its
// network is capable, and none of which may leave anything behind.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.ts';
import { RawStream, requestOf } from './raw-stream.ts';

export interface ComingsOptions {
  readonly port: number;
  readonly tokens: readonly [string, ...string[]];
  readonly random: Random;
  readonly count: number;
  readonly atATime: number;
}

const WAYS = [
  'read and close',
  'read and reset',
  'read and half-close',
  'never read',
  'gone before the answer',
  'half a request',
  'no token',
  'unknown symbol',
  'bad query',
] as const;
type Way = (typeof WAYS)[number];

const REFUSED: Partial<Record<Way, { readonly query?: string; readonly token?: string }>> = {
  'no token': { token: '' },
  'unknown symbol': { query: 'symbols=NONE' },
  'bad query': { query: 'orders=perhaps' },
};
const QUERIES = ['symbols=ABC', 'symbols=ABC,XYZ&orders=true', 'orders=true'] as const;

/** How often each way was taken, and how often each status was answered. */
export async function comeAndGo(options: ComingsOptions): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let left = options.count;
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const way = options.random.oneOf(WAYS);
      const status = await comeOnce(way, options);
      for (const what of [way, `answered ${status}`]) counts.set(what, (counts.get(what) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: options.atATime }, one));
  return counts;
}

async function comeOnce(way: Way, options: ComingsOptions): Promise<number | null> {
  const { port, tokens, random } = options;
  const terms = {
    port,
    token: random.oneOf(tokens),
    query: random.oneOf(QUERIES),
    readBytes: 4_096,
  };
  if (way === 'half a request') return halfARequest(requestOf(terms), port, random);
  const greeted = deferred();
  const stream = new RawStream(
    { ...terms, ...REFUSED[way], lastEventId: random.oneOf([undefined, '0', 'x']) },
    { event: greeted.resolve, ended: greeted.resolve },
  );
  if (way === 'never read') stream.pause();
  if (way === 'never read' || way === 'gone before the answer') await sleep(random.below(10));
  else await greeted.promise;
  const { status } = stream;
  if (way === 'read and half-close') stream.leave('half-close');
  else stream.leave(way === 'read and reset' || random.next() < 0.3 ? 'reset' : 'close');
  return status;
}

async function halfARequest(request: string, port: number, random: Random): Promise<null> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  socket.write(request.slice(0, 1 + random.below(request.length - 1)));
  await sleep(random.below(10));
  socket.destroy();
  return null;
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
