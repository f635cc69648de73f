// A customer's program that follows the own events over any number of streams: what it was sent is
// dense, whatever broke in between, or it says what was not (I18).
import type { EventSourceMessage } from 'eventsource-parser';
import { RawStream, type StreamTerms } from './raw-stream.ts';

export interface FollowerOptions extends Omit<StreamTerms, 'lastEventId'> {
  /** Keeps what each event said; otherwise only their numbers are looked at. */
  readonly keeps?: boolean;
  /** After the end of a stream that was not left from this side. */
  readonly onEnded?: () => void;
}

export interface Price {
  readonly symbol: string;
  readonly priceInCents: number;
  readonly lastUpdated: string;
  readonly seq: number;
}

export class Follower {
  readonly said = new Map<number, string>();
  readonly prices = new Map<string, Price>();
  readonly problems: string[] = [];
  /** How often: `hello resumed`, `goaway slow`, `complete`, `broken`, `answered 503`. */
  readonly counts = new Map<string, number>();
  /** Numbers of the gateways that have served it. */
  readonly gateways = new Set<string>();
  #options: FollowerOptions;
  #stream: RawStream | null = null;
  #lastSeq = 0;
  #headSeq: number | null = null;
  #isGreeted = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** As the newest hello told it. */
  get headSeq(): number | null {
    return this.#headSeq;
  }

  get stream(): RawStream | null {
    return this.#stream;
  }

  get isGreeted(): boolean {
    return this.#isGreeted;
  }

  /** A new stream, from the event after the last one; an earlier one is left. */
  open(changes: Partial<FollowerOptions> = {}): RawStream {
    this.#options = { ...this.#options, ...changes };
    if (this.#stream !== null && !this.#stream.isOver) this.#stream.leave('close');
    this.#isGreeted = false;
    const { onEnded, keeps, ...terms } = this.#options;
    const stream = new RawStream(
      { ...terms, lastEventId: String(this.#lastSeq) },
      {
        opened: ({ status }) => {
          if (status !== 200) this.#count(`answered ${status}`);
        },
        event: (event) => this.#hear(event, keeps === true),
        ended: (how) => {
          this.#count(how);
          onEnded?.();
        },
      },
    );
    this.#stream = stream;
    return stream;
  }

  #hear({ event = 'message', id, data }: EventSourceMessage, keeps: boolean): void {
    const said = JSON.parse(data);
    if (event !== 'hello' && !this.#isGreeted) this.problems.push(`${event} came before hello`);
    switch (event) {
      case 'hello':
        return this.#greeted(said);
      case 'price':
        return void this.prices.set(said.symbol, said);
      case 'goaway':
        return this.#sentAway(said);
      case 'reset':
        return void this.problems.push(`a reset to ${said.headSeq} after event ${this.#lastSeq}`);
    }
    const seq = Number(id);
    if (seq !== this.#lastSeq + 1) {
      this.problems.push(`event ${seq} came after event ${this.#lastSeq}`);
    }
    this.#lastSeq = seq;
    if (keeps) this.said.set(seq, `${event} ${data}`);
  }

  #greeted(hello: { streamId: string; resume: string; headSeq: number | null }): void {
    this.#isGreeted = true;
    this.#headSeq = hello.headSeq;
    this.gateways.add(hello.streamId.split('_')[1] ?? '');
    this.#count(`hello ${hello.resume}`);
  }

  #sentAway(goaway: { reason: string; resumeFrom: number | null }): void {
    this.#count(`goaway ${goaway.reason}`);
    const isRight = goaway.resumeFrom === null || goaway.resumeFrom === this.#lastSeq;
    if (!isRight) {
      this.problems.push(`goaway said ${goaway.resumeFrom} after event ${this.#lastSeq}`);
    }
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}

/** Of many followers together. */
export function totalOf(followers: readonly Follower[], what: string): number {
  return followers.reduce((sum, { counts }) => sum + (counts.get(what) ?? 0), 0);
}
