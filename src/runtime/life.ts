// Who is up and who wants to know. Threads subscribe with each other address by address, again
// after each new link, so that a watcher hears of every `down` and `up` and, first of all, of the
// present state.
import type { Address, LifeEvent, Message } from './actor.ts';
import type { ToOwn } from './envelope.ts';

export interface Watcher {
  hear(toOwn: ToOwn, event: LifeEvent): void;
}

export interface WatchLife extends Message {
  readonly kind: 'WatchLife';
  readonly address: Address;
}

export interface LifeChanged extends Message {
  readonly kind: 'LifeChanged';
  readonly address: Address;
  readonly state: LifeEvent['state'];
}

export interface LifeHost {
  /** Null for an address that `place` puts nowhere. */
  threadOf(address: Address): string | null;
  isUpHere(address: Address): boolean;
  readonly thread: string;
  isLinked(thread: string): boolean;
  sendSystem(thread: string, message: WatchLife | LifeChanged): void;
}

interface Watched {
  /** Null until the other thread has told. */
  state: LifeEvent['state'] | null;
  readonly thread: string | null;
  readonly watchers: { readonly watcher: Watcher; readonly toOwn: ToOwn }[];
}

export class Life {
  readonly #host: LifeHost;
  readonly #watched = new Map<Address, Watched>();
  readonly #watchingThreads = new Map<Address, Set<string>>();

  constructor(host: LifeHost) {
    this.#host = host;
  }

  watch(watcher: Watcher, address: Address, toOwn: ToOwn): void {
    const watched = this.#watched.get(address) ?? this.#begin(address);
    watched.watchers.push({ watcher, toOwn });
    if (watched.state !== null) watcher.hear(toOwn, { address, state: watched.state });
  }

  forget(watcher: Watcher): void {
    for (const { watchers } of this.#watched.values()) {
      for (let index = watchers.length - 1; index >= 0; index--) {
        if (watchers[index]?.watcher === watcher) watchers.splice(index, 1);
      }
    }
  }

  /** An address of this thread has come up or gone down. */
  changedHere(address: Address, state: LifeEvent['state']): void {
    this.#learn(address, state);
    for (const thread of this.#watchingThreads.get(address) ?? []) {
      this.#host.sendSystem(thread, { kind: 'LifeChanged', address, state });
    }
  }

  onMessage(thread: string, message: WatchLife | LifeChanged): void {
    const { address } = message;
    if (message.kind === 'LifeChanged') return this.#learn(address, message.state);
    const threads = this.#watchingThreads.get(address) ?? new Set();
    this.#watchingThreads.set(address, threads.add(thread));
    const state = this.#host.isUpHere(address) ? 'up' : 'down';
    this.#host.sendSystem(thread, { kind: 'LifeChanged', address, state });
  }

  onLinkUp(thread: string): void {
    for (const [address, watched] of this.#watched) {
      if (watched.thread === thread) this.#host.sendSystem(thread, { kind: 'WatchLife', address });
    }
  }

  onLinkDown(thread: string): void {
    for (const threads of this.#watchingThreads.values()) threads.delete(thread);
    for (const [address, watched] of this.#watched) {
      if (watched.thread === thread) this.#learn(address, 'down');
    }
  }

  #begin(address: Address): Watched {
    const thread = this.#host.threadOf(address);
    const watched: Watched = { state: null, thread, watchers: [] };
    this.#watched.set(address, watched);
    if (thread === this.#host.thread) {
      watched.state = this.#host.isUpHere(address) ? 'up' : 'down';
    } else if (thread === null || !this.#host.isLinked(thread)) {
      watched.state = 'down';
    } else {
      this.#host.sendSystem(thread, { kind: 'WatchLife', address });
    }
    return watched;
  }

  #learn(address: Address, state: LifeEvent['state']): void {
    const watched = this.#watched.get(address);
    if (watched === undefined || watched.state === state) return;
    watched.state = state;
    for (const { watcher, toOwn } of [...watched.watchers]) watcher.hear(toOwn, { address, state });
  }
}
