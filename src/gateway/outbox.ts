// The streams that have an event to send. Flushed at the end of each tick, and after work that no
// tick brought (an ask's answer, a timer), so that what gathers for one stream leaves in one write.
import { ChurnSet } from '../runtime/churn-map.ts';
import type { Edge } from '../runtime/edge.ts';
import type { Stream } from './stream.ts';
import type { WriteBuffer } from './write-buffer.ts';

export class Outbox {
  readonly #edge: Pick<Edge, 'nowMs'>;
  readonly #onOverfull: (stream: Stream) => void;
  readonly #buffer: WriteBuffer;
  readonly #touched = new ChurnSet<Stream>();

  constructor(
    edge: Pick<Edge, 'nowMs'>,
    buffer: WriteBuffer,
    onOverfull: (stream: Stream) => void,
  ) {
    this.#edge = edge;
    this.#buffer = buffer;
    this.#onOverfull = onOverfull;
  }

  touch(streams: Iterable<Stream>): void {
    for (const stream of streams) this.#touched.add(stream);
  }

  flush(): void {
    if (this.#touched.size === 0) return;
    const nowMs = this.#edge.nowMs();
    for (const stream of this.#touched) {
      stream.flush(nowMs, this.#buffer);
      if (stream.isOverfull) this.#onOverfull(stream);
    }
    this.#touched.clear();
  }
}
