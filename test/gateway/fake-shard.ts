// The event log of each user as a shard would serve it: pages, a head, a registered watcher.
import type { EventsReply, ReadEvents } from '../../src/actors/order-shard/protocol.ts';
import type { UserEvent } from '../../src/domain/user-event.ts';
import type { FakeEdge, SentAsk } from './fake-edge.ts';
import { events } from './fixtures.ts';

export class FakeShard {
  readonly #edge: FakeEdge;
  readonly #heads = new Map<string, number>();
  readonly watched = new Set<string>();

  constructor(edge: FakeEdge) {
    this.#edge = edge;
    edge.answer('ReadEvents', (ask) => this.#read(ask));
  }

  /** Grows the log of a user; a registered watcher is told, unless the message gets `lost`. */
  happen(userId: string, count: number, lost: 'lost' | 'told' = 'told'): void {
    const head = this.#heads.get(userId) ?? 0;
    this.#heads.set(userId, head + count);
    if (lost === 'lost' || !this.watched.has(userId) || count === 0) return;
    this.#edge.deliver({
      kind: 'UserEvents',
      userId,
      events: events(head + 1, head + count),
    } as { kind: string });
  }

  #read({ message }: SentAsk): EventsReply {
    const { userId, afterSeq, max, watcher } = message as unknown as ReadEvents;
    const headSeq = this.#heads.get(userId) ?? 0;
    const from = afterSeq ?? headSeq;
    const to = Math.min(from + max, headSeq);
    const page: UserEvent[] = from < to ? events(from + 1, to) : [];
    const caughtUp = to >= headSeq || from >= headSeq;
    if (caughtUp && watcher !== null) this.watched.add(userId);
    return { outcome: 'events', events: page, headSeq, caughtUp };
  }
}
