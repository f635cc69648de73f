// One stream's wish for one symbol, and how far it has been served. Which price is the newest is
// known when it is written.
import type { PriceTopic } from './price-topic.ts';

export class Subscription {
  readonly topic: PriceTopic;
  /** In the topic's lists. */
  place: number;
  /** Of the topic, when the stream was sent its price last. */
  #sentVersion = 0;
  #sentPrints: number;

  constructor(topic: PriceTopic, place: number) {
    this.topic = topic;
    this.place = place;
    this.#sentPrints = topic.prints;
  }

  /** The topic has a price that the stream has not been sent. */
  get isDue(): boolean {
    return this.#sentVersion !== this.topic.version;
  }

  /** It is sent now; the result is how many prints it stands for. */
  takeMerged(): number {
    const { version, prints } = this.topic;
    const merged = prints - this.#sentPrints;
    this.#sentVersion = version;
    this.#sentPrints = prints;
    return merged;
  }
}
