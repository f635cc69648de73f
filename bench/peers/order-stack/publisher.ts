// One PUBLISH per event of an order, to the channel of its user; what comes in one turn of the
// event loop is written together.
import { RedisClient } from '../redis-client.ts';

export class Publisher {
  readonly #redis: RedisClient;
  #waiting: string[][] = [];

  private constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  static async connect(port: number): Promise<Publisher> {
    return new Publisher(await RedisClient.connect(port, () => undefined));
  }

  publish(userId: string, message: string): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#waiting.push(['PUBLISH', `user:${userId}`, message]);
  }

  #flush(): void {
    this.#redis.send(this.#waiting);
    this.#waiting = [];
  }
}
