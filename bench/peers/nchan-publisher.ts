// Publishes the throttled prices to nchan: pipelined POSTs on a few connections that stay open.
// nchan-publisher.ts EXCHANGE_URL NGINX_PORT
import { connect, type Socket } from 'node:net';
import { followPrices } from './throttled-prices.ts';

const CONNECTIONS = 4;
const [exchangeUrl = '', port = ''] = process.argv.slice(2);

const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, open));
const waiting = sockets.map((): string[] => []);

await followPrices(exchangeUrl, {
  take(symbol, data) {
    // A channel keeps to one connection, so that its prices stay in order.
    waiting[Number(symbol.slice(-3)) % CONNECTIONS || 0]?.push(
      `POST /pub/${symbol} HTTP/1.1\r\nHost: nchan\r\nX-EventSource-Event: price\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${data.length}\r\n\r\n${data}`,
    );
  },
  flush() {
    for (const [index, requests] of waiting.entries()) {
      if (requests.length > 0) sockets[index]?.write(requests.splice(0).join(''), 'latin1');
    }
  },
});
process.stdout.write('publisher ready\n');

function open(): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true });
    socket.setEncoding('latin1').on('data', (text: string) => {
      const refusal = /HTTP\/1\.1 [345].*/.exec(text)?.[0];
      if (refusal !== undefined) process.stderr.write(`nchan answered ${refusal}\n`);
    });
    socket.once('connect', () => resolve(socket));
    socket.on('close', () => process.exit(1));
  });
}
