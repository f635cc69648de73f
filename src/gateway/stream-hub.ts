// All streams of this gateway: who watches what, when it is written, and when a stream has to end.
// It sees only the edge, its clock and sinks, so a simulated customer connects here too.
import { type ShardMap, shardAddress, shardOf } from '../actors/addresses.ts';
import type {
  ReadEvents,
  UnwatchUser,
  UserEvents,
  WatcherDropped,
} from '../actors/order-shard/protocol.ts';
import type { PriceChanged } from '../actors/symbol-fanout/protocol.ts';
import { LIMITS } from '../limits.ts';
import type { ReplyOf } from '../runtime/actor.ts';
import type { Edge } from '../runtime/edge.ts';
import { Outbox } from './outbox.ts';
import type { Sink, SinkListener } from './sink.ts';
import { type Goaway, helloFrame } from './sse-frame.ts';
import { Stream } from './stream.ts';
import type { ChangeStream, StreamChange } from './stream-change.ts';
import { StreamIds } from './stream-id.ts';
import { SymbolPrices } from './symbol-prices.ts';
import { type FeedPort, type ResumeAfter, UserFeed } from './user-feed.ts';
import { Watches } from './watches.ts';
import { WriteBuffer } from './write-buffer.ts';

export interface OpenStream {
  readonly userId: string;
  readonly symbols: readonly string[];
  readonly wantsEvents: boolean;
  /** The client's own conflation of prices; 0: none. */
  readonly intervalMs: number;
  readonly lastEventId: string | null;
  readonly expiresAtMs: number;
}

export class StreamHub {
  readonly #edge: Edge;
  readonly #ids: StreamIds;
  readonly #shards: ShardMap;
  readonly #prices: SymbolPrices;
  readonly #feeds: Watches<UserFeed>;
  readonly #streams = new Map<string, Stream>();
  readonly #countByUser = new Map<string, number>();
  readonly #outbox: Outbox;
  readonly #buffer = new WriteBuffer();
  #cancelSweep: (() => void) | null = null;

  constructor(edge: Edge, number: number, shards: ShardMap) {
    this.#edge = edge;
    this.#ids = new StreamIds(number, () => edge.random());
    this.#shards = shards;
    this.#outbox = new Outbox(edge, this.#buffer, (stream) => this.#end(stream, 'slow'));
    this.#prices = new SymbolPrices(edge, this.#buffer);
    this.#feeds = new Watches({
      edge,
      lingerMs: LIMITS.unwatchLingerMs,
      open: (userId) => new UserFeed(userId, this.#feedPort()),
      close: (userId, feed) => this.#closeFeed(userId, feed),
    });
    edge.onTickEnd(() => this.#onTickEnd());
    for (const shard of new Set(shards)) this.#watchShard(shard);
  }

  get sizes() {
    let [stalledStreams, heldBytes] = [0, 0];
    for (const stream of this.#streams.values()) {
      if (stream.isStalled) stalledStreams++;
      heldBytes += stream.heldBytes;
    }
    return {
      streams: this.#streams.size,
      stalledStreams,
      heldBytes,
      symbols: this.#prices.symbolsWatched,
      users: this.#feeds.size,
      usersWithStreams: this.#countByUser.size,
    };
  }

  /** Why another stream of this user cannot be opened now; null when it can. */
  refusal(userId: string): 'too_many_streams' | 'busy' | null {
    if (this.#streams.size >= LIMITS.streamsPerGatewayMax) return 'busy';
    const ofUser = this.#countByUser.get(userId) ?? 0;
    return ofUser >= LIMITS.streamsPerUserMax ? 'too_many_streams' : null;
  }

  open(options: OpenStream, sink: Sink): SinkListener {
    const nowMs = this.#edge.nowMs();
    const id = this.#ids.next();
    const stream = new Stream({ ...options, id, sink, nowMs });
    this.#add(stream);
    for (const symbol of options.symbols) this.#prices.subscribe(symbol, stream);
    if (options.wantsEvents) {
      this.#feeds.join(options.userId).join(stream, resumeAfterOf(options.lastEventId));
    } else {
      const hello = { streamId: id, resume: 'none', headSeq: null } as const;
      stream.greet(helloFrame(hello, this.#edge.random()), null);
      stream.flushPrices(nowMs, this.#buffer);
    }
    return { drained: () => this.#onDrained(stream), closed: () => this.#remove(stream) };
  }

  /** The stream goes on as it is: a symbol that comes begins with its last price. */
  change({ streamId, userId, subscribe, unsubscribe }: StreamChange): ReplyOf<ChangeStream> {
    const stream = this.#streams.get(streamId);
    if (stream === undefined || stream.userId !== userId) return { outcome: 'unknown_stream' };
    const wanted = new Set(stream.symbols);
    for (const symbol of unsubscribe) wanted.delete(symbol);
    for (const symbol of subscribe) wanted.add(symbol);
    if (wanted.size > LIMITS.symbolsPerStreamMax) return { outcome: 'too_many_symbols' };
    for (const symbol of unsubscribe) this.#prices.unsubscribe(symbol, stream);
    for (const symbol of subscribe) this.#prices.subscribe(symbol, stream);
    this.#prices.beginSoon();
    return { outcome: 'changed', symbols: stream.symbols };
  }

  receive(message: PriceChanged | UserEvents | WatcherDropped): void {
    switch (message.kind) {
      case 'PriceChanged':
        return this.#prices.receive(message);
      case 'UserEvents':
        return this.#onUserEvents(message);
      case 'WatcherDropped':
        return this.#feeds.get(message.userId)?.registrationLost();
    }
  }

  /** Every stream is told to come again, and closed. */
  drain(): void {
    for (const stream of this.#streams.values()) this.#end(stream, 'shutdown');
  }

  close(): void {
    this.drain();
    this.#cancelSweep?.();
    this.#prices.close();
    for (const [, feed] of this.#feeds.entries()) feed.close();
  }

  /** Of a user without a stream here: a gateway that died in this place had watched. */
  #onUserEvents({ userId, events }: UserEvents): void {
    const feed = this.#feeds.get(userId);
    if (feed === null) this.#unwatchUser(userId);
    else feed.receive(events);
  }

  #onTickEnd(): void {
    this.#prices.beginSoon();
    this.#outbox.flush();
  }

  #onDrained(stream: Stream): void {
    stream.drained(this.#edge.nowMs(), this.#buffer);
    this.#prices.resume(stream);
    if (stream.wantsEvents) this.#feeds.get(stream.userId)?.drained();
  }

  /** Heartbeats, and the end of those whose reader has stopped or whose token has expired. */
  #sweep(): void {
    const nowMs = this.#edge.nowMs();
    for (const stream of this.#streams.values()) {
      if (stream.expiresAtMs <= nowMs) this.#end(stream, 'expired');
      else if (stream.hasStalledFor(LIMITS.streamStalledMs, nowMs)) this.#end(stream, 'slow');
      else stream.beat(nowMs);
    }
    this.#cancelSweep = null;
    this.#sweepLater();
  }

  #sweepLater(): void {
    if (this.#cancelSweep !== null || this.#streams.size === 0) return;
    this.#cancelSweep = this.#edge.after(LIMITS.streamSweepMs, () => this.#sweep());
  }

  #end(stream: Stream, reason: Goaway['reason']): void {
    this.#edge.count(`streams_ended_${reason}`);
    stream.goAway(reason, this.#edge.nowMs(), this.#buffer);
    this.#remove(stream);
  }

  #add(stream: Stream): void {
    this.#edge.count('streams_opened');
    this.#streams.set(stream.id, stream);
    this.#prices.enter(stream);
    this.#countByUser.set(stream.userId, (this.#countByUser.get(stream.userId) ?? 0) + 1);
    this.#sweepLater();
  }

  #remove(stream: Stream): void {
    stream.gone();
    if (!this.#streams.delete(stream.id)) return;
    const left = (this.#countByUser.get(stream.userId) ?? 1) - 1;
    if (left === 0) this.#countByUser.delete(stream.userId);
    else this.#countByUser.set(stream.userId, left);
    this.#prices.leave(stream);
    if (!stream.wantsEvents) return;
    this.#feeds.get(stream.userId)?.leave(stream);
    this.#feeds.leave(stream.userId);
  }

  #feedPort(): FeedPort {
    return {
      after: (delayMs, run) => this.#edge.after(delayMs, run),
      random: () => this.#edge.random(),
      outbox: this.#outbox,
      readEvents: (userId, afterSeq) =>
        this.#edge.ask<ReadEvents>(
          shardOf(userId, this.#shards),
          {
            kind: 'ReadEvents',
            userId,
            afterSeq,
            max: LIMITS.eventsPageMax,
            watcher: this.#edge.address,
          },
          LIMITS.readAskMs,
        ),
    };
  }

  #closeFeed(userId: string, feed: UserFeed): void {
    feed.close();
    this.#unwatchUser(userId);
  }

  #unwatchUser(userId: string): void {
    const watcher = this.#edge.address;
    const shard = shardOf(userId, this.#shards);
    this.#edge.tell<UnwatchUser>(shard, { kind: 'UnwatchUser', userId, watcher });
  }

  #watchShard(shard: number): void {
    const address = shardAddress(shard);
    this.#edge.watch(address, () => {
      for (const [userId, feed] of this.#feeds.entries()) {
        if (shardOf(userId, this.#shards) === address) feed.registrationLost();
      }
    });
  }
}

function resumeAfterOf(lastEventId: string | null): ResumeAfter {
  if (lastEventId === null) return 'none';
  return /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : 'malformed';
}
