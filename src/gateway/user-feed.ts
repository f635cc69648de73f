// One user's events on this gateway, for all of that user's streams: registered once at the shard,
// read again from the store whenever a number is missing. A stream gets each event once, in order,
// or none any more.
import type { EventsReply, UserEvent } from '../actors/order-shard/protocol.ts';
import { LIMITS } from '../limits.ts';
import { type AskFailure, isAskFailure } from '../runtime/actor.ts';
import type { Outbox } from './outbox.ts';
import { eventFrame, type Hello, helloFrame, resetFrame } from './sse-frame.ts';
import type { Stream } from './stream.ts';

/** `Last-Event-ID`: a number, `none` when absent, `malformed` when it is no number of ours. */
export type ResumeAfter = number | 'none' | 'malformed';

/** What a feed needs of its hub. */
export interface FeedPort {
  /** Registers this gateway with the page that reaches the head. */
  readEvents(userId: string, afterSeq: number | null): Promise<EventsReply | AskFailure>;
  after(delayMs: number, run: () => void): () => void;
  random(): number;
  readonly outbox: Outbox;
}

interface Joiner {
  readonly stream: Stream;
  readonly resumeAfter: ResumeAfter;
}

export class UserFeed {
  readonly #userId: string;
  readonly #port: FeedPort;
  readonly #streams = new Set<Stream>();
  /** Not greeted yet: their hello needs a head that was read after they came. */
  #joiners: Joiner[] = [];
  #headSeq: number | null = null;
  #isRegistered = false;
  /** Registrations lost so far: an answer from before the last of them registers nobody. */
  #lost = 0;
  #isReading = false;
  #isClosed = false;
  #cancelRetry: (() => void) | null = null;

  constructor(userId: string, port: FeedPort) {
    this.#userId = userId;
    this.#port = port;
  }

  join(stream: Stream, resumeAfter: ResumeAfter): void {
    this.#joiners.push({ stream, resumeAfter });
    this.#readOn();
  }

  leave(stream: Stream): void {
    this.#streams.delete(stream);
    this.#joiners = this.#joiners.filter((joiner) => joiner.stream !== stream);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry?.();
  }

  /** Told by the shard, because this gateway is registered. A hole is read again. */
  receive(events: readonly UserEvent[]): void {
    this.#deliver(events);
    this.#sawHead(events.at(-1)?.seq ?? 0);
    this.#readOn();
  }

  /** The shard knows this gateway no more: it has restarted, or had no room for an event. */
  registrationLost(): void {
    this.#lost++;
    this.#isRegistered = false;
    this.#readOn();
  }

  /** A stream that had fallen behind has room again. */
  drained(): void {
    this.#readOn();
  }

  /** One read at a time; each answer looks whether another is needed. */
  #readOn(): void {
    if (this.#isReading || this.#isClosed || this.#cancelRetry !== null) return;
    if (!this.#needsRead()) return;
    this.#isReading = true;
    const joiners = this.#joiners;
    const lostBefore = this.#lost;
    this.#joiners = [];
    void this.#port.readEvents(this.#userId, this.#readFrom(joiners)).then((answer) => {
      this.#isReading = false;
      if (this.#isClosed) return;
      const hasProgressed = this.#onAnswer(answer, joiners);
      // The answer was heard before the loss, and is looked at after it: promises come last.
      if (this.#lost > lostBefore) this.#isRegistered = false;
      this.#port.outbox.flush();
      if (hasProgressed) this.#readOn();
      else if (this.#needsRead()) this.#readLater();
    });
  }

  #onAnswer(answer: EventsReply | AskFailure, joiners: Joiner[]): boolean {
    const present = joiners.filter(({ stream }) => !stream.isClosed);
    if (isAskFailure(answer)) {
      this.#joiners.unshift(...present);
      return false;
    }
    const wasRegistered = this.#isRegistered;
    this.#sawHead(answer.headSeq);
    this.#isRegistered = answer.caughtUp;
    for (const joiner of present) this.#greet(joiner, answer.headSeq);
    const delivered = this.#deliver(answer.events);
    return delivered || present.length > 0 || this.#isRegistered !== wasRegistered;
  }

  /** Nobody may hammer a shard that does not answer, or whose answers do not help. */
  #readLater(): void {
    this.#cancelRetry = this.#port.after(LIMITS.streamRereadMs, () => {
      this.#cancelRetry = null;
      this.#readOn();
    });
  }

  #needsRead(): boolean {
    if (this.#joiners.length > 0) return true;
    if (this.#streams.size === 0) return false;
    return !this.#isRegistered || this.#behind().length > 0;
  }

  /**
   * Where the stream that is furthest back stands; null, from the head on, when nobody wants what
   * was.
   */
  #readFrom(joiners: readonly Joiner[]): number | null {
    const wanted: number[] = [];
    for (const { resumeAfter } of joiners) {
      if (typeof resumeAfter === 'number') wanted.push(resumeAfter);
    }
    for (const { lastSeq } of this.#behind()) wanted.push(lastSeq ?? 0);
    return wanted.length === 0 ? this.#headSeq : Math.min(...wanted);
  }

  /**
   * A stalled stream waits: what it missed is read when its socket has room, so that its lane stays
   * small.
   */
  #behind(): Stream[] {
    const headSeq = this.#headSeq ?? 0;
    return [...this.#streams].filter(
      ({ lastSeq, isStalled }) => !isStalled && lastSeq !== null && lastSeq < headSeq,
    );
  }

  #sawHead(seq: number): void {
    this.#headSeq = Math.max(this.#headSeq ?? 0, seq);
  }

  #greet({ stream, resumeAfter }: Joiner, headSeq: number): void {
    const resume = this.#verdict(resumeAfter);
    const lastSeq = resume === 'resumed' ? Number(resumeAfter) : headSeq;
    const hello = helloFrame({ streamId: stream.id, resume, headSeq }, this.#port.random());
    stream.greet(resume === 'reset' ? hello + resetFrame(headSeq) : hello, lastSeq);
    this.#streams.add(stream);
    this.#port.outbox.touch([stream]);
  }

  #verdict(resumeAfter: ResumeAfter): Hello['resume'] {
    if (resumeAfter === 'none') return 'none';
    if (resumeAfter === 'malformed') return 'reset';
    const behind = (this.#headSeq ?? 0) - resumeAfter;
    return behind >= 0 && behind <= LIMITS.resumeEventsMax ? 'resumed' : 'reset';
  }

  /** Each event is formatted once, and only when somebody takes it. True when somebody took one. */
  #deliver(events: readonly UserEvent[]): boolean {
    const takers = new Set<Stream>();
    for (const event of events) {
      let frame: string | null = null;
      for (const stream of this.#streams) {
        if (stream.lastSeq !== event.seq - 1) continue;
        frame ??= eventFrame(event);
        if (stream.offerEvent(event.seq, frame)) takers.add(stream);
      }
    }
    this.#port.outbox.touch(takers);
    return takers.size > 0;
  }
}
