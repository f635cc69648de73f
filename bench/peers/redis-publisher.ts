// Publishes the throttled prices to Redis, one channel per symbol, and keeps the last of each there
// for who comes later. redis-publisher.ts EXCHANGE_URL REDIS_PORT
import { RedisClient } from './redis-client.ts';
import { followPrices } from './throttled-prices.ts';

const [exchangeUrl = '', port = ''] = process.argv.slice(2);
const redis = await RedisClient.connect(Number(port), () => undefined);
const waiting: string[][] = [];

await followPrices(exchangeUrl, {
  take(symbol, data) {
    waiting.push(['SET', `last:${symbol}`, data], ['PUBLISH', `price:${symbol}`, data]);
  },
  flush() {
    redis.send(waiting.splice(0));
  },
});
process.stdout.write('publisher ready\n');
