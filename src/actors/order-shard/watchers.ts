// Who is told of a user's events as they are written. Soft state: a watcher that is lost reads on
// from its last sequence.
import type { Address } from '../../runtime/actor.ts';
import type { BrokerContext } from '../context.ts';
import type { UserEvent, UserEvents, WatcherDropped } from './protocol.ts';

export class Watchers {
  readonly #byUser = new Map<string, Set<Address>>();

  /** Users who are watched. */
  get users(): number {
    return this.#byUser.size;
  }

  has(userId: string): boolean {
    return this.#byUser.has(userId);
  }

  add(userId: string, watcher: Address): void {
    const watchers = this.#byUser.get(userId);
    if (watchers === undefined) this.#byUser.set(userId, new Set([watcher]));
    else watchers.add(watcher);
  }

  remove(userId: string, watcher: Address): void {
    const watchers = this.#byUser.get(userId);
    if (watchers === undefined) return;
    watchers.delete(watcher);
    if (watchers.size === 0) this.#byUser.delete(userId);
  }

  /**
   * A watcher without room is dropped and told where to read on: nothing is lost, nothing piles up.
   */
  send(userId: string, event: UserEvent, ctx: BrokerContext): void {
    const watchers = this.#byUser.get(userId);
    if (watchers === undefined) return;
    for (const watcher of watchers) {
      const events: UserEvents = { kind: 'UserEvents', userId, events: [event] };
      if (ctx.offer(watcher, events)) continue;
      this.remove(userId, watcher);
      const lastSeq = event.seq - 1;
      ctx.tell<WatcherDropped>(watcher, { kind: 'WatcherDropped', userId, lastSeq });
      ctx.count('watchers_dropped');
    }
  }
}
