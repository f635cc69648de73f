// The links of one thread: to itself and to every other thread of the system, up or down.

import type { Link } from './link.ts';
import { type Deliver, LocalLink } from './local-link.ts';
import { PeerLink } from './peer-link.ts';
import type { SystemDefinition } from './system.ts';

export class Links {
  readonly byThread: ReadonlyMap<string, Link>;
  readonly local: LocalLink;
  readonly peers: readonly PeerLink[];

  constructor(thread: string, definition: SystemDefinition<never>, deliver: Deliver) {
    const { limits, threads } = definition;
    const windows = new Map(definition.kinds.map(({ kind, askWindow }) => [kind, askWindow]));
    /** Edges are of no kind; towards them the tells' window bounds asks too. */
    const askWindowOf = (kind: string): number => windows.get(kind) ?? limits.linkWindow;
    this.local = new LocalLink(thread, limits, askWindowOf, deliver);
    this.peers = threads
      .filter((peer) => peer !== thread)
      .map((peer) => new PeerLink(peer, limits, askWindowOf));
    this.byThread = new Map<string, Link>(
      [this.local, ...this.peers].map((link) => [link.thread, link]),
    );
  }

  peer(thread: string): PeerLink {
    const link = this.byThread.get(thread);
    if (!(link instanceof PeerLink)) throw new RangeError(`${thread} is no other thread`);
    return link;
  }

  get hasBatch(): boolean {
    return this.peers.some((link) => link.hasBatch);
  }
}
