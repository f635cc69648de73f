// A gateway thread with an open connection that ends by an uncaught throw.
import { parentPort } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { HttpServer } = await import('../../src/gateway/http-server.ts');

/**
 * @type {(sink: import('../../src/gateway/sink.ts').Sink) =>
 * import('../../src/gateway/sink.ts').SinkListener}
 */
const open = (sink) => {
  sink.write(':\n\n');
  return { drained: () => undefined, closed: () => undefined };
};
const server = new HttpServer(async () => ({ kind: 'stream', headers: {}, open }));
parentPort?.postMessage(await server.listen('127.0.0.1', 0));
parentPort?.on('message', () => {
  throw new Error('thrown by a test');
});
