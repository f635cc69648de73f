// One stream's wish for one symbol. It remembers only whether the stream must be sent the price:
// which one is the newest is known when it is written.
import type { PriceTopic } from './price-topic.ts';
import type { Stream } from './stream.ts';

export class Subscription {
  readonly topic: PriceTopic;
  readonly stream: Stream;
  /** In the topic's list. */
  place: number;
  isDue = false;
  isEnded = false;
  /** Of the topic, when this stream was sent its price last. */
  #sentPrints: number;

  constructor(topic: PriceTopic, stream: Stream, place: number) {
    this.topic = topic;
    this.stream = stream;
    this.place = place;
    this.#sentPrints = topic.prints;
  }

  /** The prints that the next frame stands for, and it is sent. */
  takeMerged(): number {
    const merged = this.topic.prints - this.#sentPrints;
    this.#sentPrints = this.topic.prints;
    return merged;
  }
}
