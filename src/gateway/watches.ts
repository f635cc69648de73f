// What is wanted here: a key (a symbol, a user) -> its topic and how many streams want it. The last
// one's leave closes the topic, but only after a while, so that a reconnect costs nobody a new
// subscription.
import assert from 'node:assert/strict';
import type { Edge } from '../runtime/edge.ts';

export interface WatchesOptions<Topic> {
  readonly edge: Pick<Edge, 'after'>;
  readonly lingerMs: number;
  /** The first stream came. */
  readonly open: (key: string) => Topic;
  /** The last one left, and nobody came back. */
  readonly close: (key: string, topic: Topic) => void;
}

interface Watch<Topic> {
  readonly topic: Topic;
  wanted: number;
  cancelClose: (() => void) | null;
}

export class Watches<Topic> {
  readonly #options: WatchesOptions<Topic>;
  readonly #byKey = new Map<string, Watch<Topic>>();

  constructor(options: WatchesOptions<Topic>) {
    this.#options = options;
  }

  get size(): number {
    return this.#byKey.size;
  }

  join(key: string): Topic {
    let watch = this.#byKey.get(key);
    if (watch === undefined) {
      watch = { topic: this.#options.open(key), wanted: 0, cancelClose: null };
      this.#byKey.set(key, watch);
    }
    watch.cancelClose?.();
    watch.cancelClose = null;
    watch.wanted++;
    return watch.topic;
  }

  /** Once for each `join`. */
  leave(key: string): void {
    const watch = this.#byKey.get(key);
    assert(watch !== undefined && watch.wanted > 0, `${key} was left more often than joined`);
    watch.wanted--;
    if (watch.wanted > 0) return;
    const { edge, lingerMs, close } = this.#options;
    watch.cancelClose = edge.after(lingerMs, () => {
      this.#byKey.delete(key);
      close(key, watch.topic);
    });
  }

  get(key: string): Topic | null {
    return this.#byKey.get(key)?.topic ?? null;
  }

  *entries(): Generator<[key: string, topic: Topic]> {
    for (const [key, { topic }] of this.#byKey) yield [key, topic];
  }
}
