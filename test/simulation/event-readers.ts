// Customers' readers of events, as a gateway's streams are: they read on from the last sequence
// they have, watch, notice holes, and resume after every crash. What they have delivered is dense,
// and what comes twice says the same twice (I18); anything else is a problem.
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type {
  EventsReply,
  ReadEvents,
  UserEvent,
  UserEvents,
  WatcherDropped,
} from '../../src/actors/order-shard/protocol.ts';
import { type Address, isAskFailure, type Message } from '../../src/runtime/actor.ts';
import type { Edge } from '../../src/runtime/edge.ts';

const PAGE_MAX = 7;
const ASK_MS = 2_000;
const AGAIN_MS = 100;

type Heard = UserEvents | WatcherDropped;

interface Reader {
  readonly shard: Address;
  readonly delivered: UserEvent[];
  isReading: boolean;
  mustRead: boolean;
}

export interface ReadersPort {
  openEdge(listener: (message: Message) => void): Edge;
  /** In the time of the outside, which goes on through crashes. */
  pause(ms: number): Promise<void>;
}

export class EventReaders {
  readonly problems: string[] = [];
  readonly #readers = new Map<string, Reader>();
  readonly #port: ReadersPort;
  readonly #edge: Edge;

  constructor(port: ReadersPort, users: readonly (readonly [userId: string, shard: Address])[]) {
    this.#port = port;
    for (const [userId, shard] of users) {
      const reader = { shard, delivered: [], isReading: false, mustRead: false };
      this.#readers.set(userId, reader);
    }
    this.#edge = port.openEdge((message) => this.#hear(message as Heard));
    for (const [userId, shard] of users) {
      this.#edge.watch(shard, ({ state }) => {
        if (state === 'up') this.#read(userId);
      });
    }
  }

  delivered(userId: string): readonly UserEvent[] {
    return this.#readerOf(userId).delivered;
  }

  #hear(message: Heard): void {
    const { userId } = message;
    if (message.kind === 'WatcherDropped') return this.#read(userId);
    for (const event of message.events) this.#deliver(userId, event, 'watched');
  }

  /** Pages until the head is reached; asked for again meanwhile, it begins once more after that. */
  #read(userId: string): void {
    const reader = this.#readerOf(userId);
    reader.mustRead = true;
    if (reader.isReading) return;
    reader.isReading = true;
    void this.#readPages(userId, reader);
  }

  async #readPages(userId: string, reader: Reader): Promise<void> {
    while (reader.mustRead) {
      reader.mustRead = false;
      const page = await this.#page(userId, reader);
      for (const event of page.events) this.#deliver(userId, event, 'read');
      if (!page.caughtUp) reader.mustRead = true;
    }
    reader.isReading = false;
  }

  async #page(userId: string, reader: Reader): Promise<EventsReply> {
    const watcher = this.#edge.address;
    for (;;) {
      const afterSeq = lastSeqOf(reader);
      const query = { kind: 'ReadEvents', userId, afterSeq, max: PAGE_MAX, watcher } as const;
      const answer = await this.#edge.ask<ReadEvents>(reader.shard, query, ASK_MS);
      if (!isAskFailure(answer)) return answer;
      await this.#port.pause(AGAIN_MS);
    }
  }

  #deliver(userId: string, event: UserEvent, via: 'watched' | 'read'): void {
    const reader = this.#readerOf(userId);
    const lastSeq = lastSeqOf(reader);
    if (event.seq === lastSeq + 1) reader.delivered.push(event);
    else if (event.seq > lastSeq) {
      if (via === 'read') this.problems.push(`a page for ${userId} has a hole: ${event.seq}`);
      else this.#read(userId);
    } else if (!isDeepStrictEqual(event, reader.delivered[event.seq - 1])) {
      const known = JSON.stringify(reader.delivered[event.seq - 1]);
      this.problems.push(`an event changed: ${JSON.stringify(event)} was ${known}`);
    }
  }

  #readerOf(userId: string): Reader {
    const reader = this.#readers.get(userId);
    assert(reader !== undefined, `nobody reads for ${userId}`);
    return reader;
  }
}

function lastSeqOf({ delivered }: Reader): number {
  return delivered.at(-1)?.seq ?? 0;
}
