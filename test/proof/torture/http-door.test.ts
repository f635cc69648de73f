// A client on real sockets: what it calls refused, what unknown, and a stream that breaks.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpDoor } from '../../../proof/torture/http-door.ts';

const ORDER = {
  method: 'POST',
  path: '/order',
  token: 'secret',
  idempotencyKey: 'k',
  body: { numShares: 1 },
} as const;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function doorTo(t: TestContext, handler: Handler) {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  const door = new HttpDoor(address.port);
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  t.after(async () => {
    door.close();
    await close();
  });
  return { door, close };
}

test('an answer is its status, its headers and its body', async (t) => {
  const heard: unknown[] = [];
  const { door } = await doorTo(t, async (request, response) => {
    const { authorization, 'idempotency-key': key, 'content-type': type } = request.headers;
    request
      .setEncoding('utf8')
      .once('data', (body) => heard.push([authorization, key, type, body]));
    await once(request, 'end');
    response.writeHead(201, { 'idempotency-replayed': 'true' }).end('{"id":"ord_1"}');
  });
  const answered = await door.request(ORDER);
  assert(typeof answered !== 'string');
  assert.deepEqual([answered.status, answered.body], [201, { id: 'ord_1' }]);
  assert.equal(answered.headers['idempotency-replayed'], 'true');
  assert.deepEqual(heard, [['Bearer secret', 'k', 'application/json', '{"numShares":1}']]);
});

test('refused: there is nobody to connect to, so nothing was sent', async (t) => {
  const { door, close } = await doorTo(t, () => undefined);
  await close();
  assert.equal(await door.request(ORDER), 'refused');
});

test('none: the connection breaks after the request was sent', async (t) => {
  const { door } = await doorTo(t, (request) => request.socket.destroy());
  assert.equal(await door.request(ORDER), 'none');
});

test('none: the connection breaks within the answer', async (t) => {
  const { door } = await doorTo(t, (request, response) => {
    response.writeHead(201, { 'content-length': '100' });
    response.write('{"id":', () => request.socket.destroy());
  });
  assert.equal(await door.request(ORDER), 'none');
});

test('a stream is read until it breaks, and says so once', async (t) => {
  let asked: unknown = null;
  const { door, close } = await doorTo(t, ({ url, headers }, response) => {
    asked = [url, headers['last-event-id']];
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('id: 8\ndata: {}\n\n');
  });
  let text = '';
  let closed = 0;
  const hears = new Promise<void>((resolve) => {
    const listener = {
      text: (piece: string) => {
        text += piece;
        resolve();
      },
      closed: () => {
        closed++;
      },
    };
    door.openStream({ token: 'secret', query: '?orders=true', lastEventId: 7 }, listener);
  });
  await hears;
  await close();
  while (closed === 0) await sleep(5);
  await sleep(20);
  assert.deepEqual(asked, ['/stream?orders=true', '7']);
  assert.deepEqual([text, closed], ['id: 8\ndata: {}\n\n', 1]);
});

test('who closes a stream hears nothing more of it', async (t) => {
  const { door } = await doorTo(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {}\n\n');
  });
  let closed = 0;
  const close = await new Promise<() => void>((resolve) => {
    const end = door.openStream(
      { token: 'secret', query: '', lastEventId: 0 },
      { text: () => resolve(end), closed: () => closed++ },
    );
  });
  close();
  await sleep(20);
  assert.equal(closed, 0);
});
