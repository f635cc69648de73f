// The event log of each user as a shard would serve it: pages, a head, a registered watcher.
import type { EventsReply, ReadEvents } from '../../src/actors/order-shard/protocol.ts';
import type { Order } from '../../src/domain/order.ts';
import type { UserEvent } from '../../src/domain/user-event.ts';
import type { FakeEdge, SentAsk } from './fake-edge.ts';
import { anOrder, events } from './fixtures.ts';

export class FakeShard {
  readonly #edge: FakeEdge;
  readonly #order: Order;
  readonly #heads = new Map<string, number>();
  readonly watched = new Set<string>();

  /** `externalOrderId` stands in every event: a long one makes them heavy. */
  constructor(edge: FakeEdge, externalOrderId: string | null = null) {
    this.#edge = edge;
    this.#order = anOrder({ externalOrderId });
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
      events: events(head + 1, head + count, this.#order),
    } as { kind: string });
  }

  #read({ message }: SentAsk): EventsReply {
    const { userId, afterSeq, max, watcher } = message as unknown as ReadEvents;
    const headSeq = this.#heads.get(userId) ?? 0;
    const from = afterSeq ?? headSeq;
    const to = Math.min(from + max, headSeq);
    const page: UserEvent[] = from < to ? events(from + 1, to, this.#order) : [];
    const caughtUp = to >= headSeq || from >= headSeq;
    if (caughtUp && watcher !== null) this.watched.add(userId);
    return { outcome: 'events', events: page, headSeq, caughtUp };
  }
}
