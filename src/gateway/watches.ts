// Who wants what: a key (a symbol, a user) -> its topic and the streams on it. The last one's leave
// closes the topic, but only after a while, so that a reconnect costs nobody a new subscription.
import type { Edge } from '../runtime/edge.ts';
import type { Stream } from './stream.ts';

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
  readonly streams: Set<Stream>;
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

  join(key: string, stream: Stream): Topic {
    let watch = this.#byKey.get(key);
    if (watch === undefined) {
      watch = { topic: this.#options.open(key), streams: new Set(), cancelClose: null };
      this.#byKey.set(key, watch);
    }
    watch.cancelClose?.();
    watch.cancelClose = null;
    watch.streams.add(stream);
    return watch.topic;
  }

  leave(key: string, stream: Stream): void {
    const watch = this.#byKey.get(key);
    if (watch === undefined || !watch.streams.delete(stream) || watch.streams.size > 0) return;
    const { edge, lingerMs, close } = this.#options;
    watch.cancelClose = edge.after(lingerMs, () => {
      this.#byKey.delete(key);
      close(key, watch.topic);
    });
  }

  get(key: string): Topic | null {
    return this.#byKey.get(key)?.topic ?? null;
  }

  streamsOf(key: string): ReadonlySet<Stream> {
    return this.#byKey.get(key)?.streams ?? NOBODY;
  }

  *entries(): Generator<[key: string, topic: Topic]> {
    for (const [key, { topic }] of this.#byKey) yield [key, topic];
  }
}

const NOBODY: ReadonlySet<Stream> = new Set();
