// A client that keeps what it is sent, as parsed events, and can stop reading.
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Sink } from '../../src/gateway/sink.ts';

export interface Received {
  readonly event: string;
  readonly id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly data: any;
}

export class FakeSink implements Sink {
  readonly received: Received[] = [];
  readonly writes: string[] = [];
  readonly comments: string[] = [];
  isClosed = false;
  /** The socket's buffers are full: what is written is kept, but there is no room for more. */
  isFull = false;
  readonly #parser = createParser({
    onEvent: (message: EventSourceMessage) =>
      this.received.push({
        event: message.event ?? 'message',
        id: message.id,
        data: JSON.parse(message.data),
      }),
    onComment: (comment) => this.comments.push(comment),
  });

  write(bytes: string | Uint8Array): boolean {
    if (this.isClosed) throw new Error('written to after the close');
    const text = Buffer.from(bytes).toString();
    this.writes.push(text);
    this.#parser.feed(text);
    return !this.isFull;
  }

  close(): void {
    this.isClosed = true;
  }

  of(event: string): Received[] {
    return this.received.filter((received) => received.event === event);
  }

  get names(): string[] {
    return this.received.map(({ event }) => event);
  }

  /** The sequence numbers of the user's events, in the order of arrival. */
  get seqs(): number[] {
    return this.received.filter(({ id }) => id !== undefined).map(({ data }) => data.seq);
  }
}
