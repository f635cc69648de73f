import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { commandText, RedisClient, type Reply } from '../../bench/peers/redis-client.ts';

test('a command is an array of bulk strings', () => {
  assert.equal(
    commandText(['PUBLISH', 'price:A', '{}']),
    '*3\r\n$7\r\nPUBLISH\r\n$7\r\nprice:A\r\n$2\r\n{}\r\n',
  );
});

test('replies of every kind are read, wherever the reads split them', async (t) => {
  const bytes =
    '+OK\r\n:7\r\n*3\r\n$7\r\nmessage\r\n$7\r\nprice:A\r\n$4\r\n{\r\n}\r\n*2\r\n$-1\r\n$1\r\nx\r\n';
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    const send = (at: number): void => {
      if (at < bytes.length)
        socket.write(bytes.slice(at, at + 3), () => setImmediate(send, at + 3));
    };
    send(0);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const replies: Reply[] = [];
  await new Promise<void>((resolve) => {
    const { port } = server.address() as AddressInfo;
    void RedisClient.connect(port, (reply) => {
      if (replies.push(reply) === 4) resolve();
    }).then((client) => t.after(() => client.close()));
  });
  assert.deepEqual(replies, ['OK', 7, ['message', 'price:A', '{\r\n}'], [null, 'x']]);
});
