// A customer's program on the event stream, that resumes with the last number it has whenever the
// broker dies: in the end it has been told everything once, in order (I18).
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStream } from '../../test/scenario/api.ts';
import type { Desk } from './desk.ts';

const RETRY_MS = 15;

export class Follower {
  readonly #desk: Desk;
  readonly #who: string;
  readonly #seqs: number[] = [];
  readonly #following: Promise<void>;
  /** The newest event when it began to listen. */
  #origin: number | null = null;
  #stream: EventStream | null = null;
  #taken = 0;
  #hasEnded = false;

  private constructor(desk: Desk, who: string) {
    this.#desk = desk;
    this.#who = who;
    this.#following = this.#follow();
  }

  /** Resolves when it is listening, so that what follows is told to it. */
  static async of(desk: Desk, who: string): Promise<Follower> {
    const follower = new Follower(desk, who);
    await desk.until('the stream', async () => follower.#greeted());
    return follower;
  }

  /** Waits for the newest event there is, and says what is missing or came twice. */
  async end(): Promise<void> {
    const head = await this.#desk.until('the head', () => this.#head());
    await this.#desk.until('the newest event', async () => (this.#last() === head ? head : null));
    this.#hasEnded = true;
    this.#stream?.close();
    await this.#following;
    const first = (this.#origin ?? 0) + 1;
    const dense = Array.from({ length: head - first + 1 }, (_, n) => first + n);
    assert.deepEqual(this.#seqs, dense, `${this.#who} was not told each event once, in order`);
  }

  #greeted(): number | null {
    if (this.#stream !== null) this.#origin ??= headOf(this.#stream);
    return this.#origin;
  }

  /** From what has been taken of the stream so far. */
  #last(): number | null {
    const own = this.#stream?.own ?? [];
    this.#seqs.push(...own.slice(this.#taken).map(({ id }) => Number(id)));
    this.#taken = own.length;
    return this.#seqs.at(-1) ?? this.#greeted();
  }

  async #follow(): Promise<void> {
    while (!this.#hasEnded) {
      const last = this.#last();
      const stream = await this.#open(last);
      [this.#stream, this.#taken] = [stream, 0];
      while (stream?.hasEnded === false) await sleep(RETRY_MS);
      this.#last();
      await sleep(RETRY_MS);
    }
  }

  async #head(): Promise<number | null> {
    const stream = await this.#open(null);
    if (stream === null) return null;
    while (headOf(stream) === null && !stream.hasEnded) await sleep(RETRY_MS);
    stream.close();
    return headOf(stream);
  }

  /** Null when the broker has just died. */
  async #open(last: number | null): Promise<EventStream | null> {
    const api = await this.#desk.stage.api(this.#who);
    try {
      return await api.stream('orders=true', last === null ? undefined : String(last));
    } catch (error) {
      if (error instanceof TypeError || error instanceof assert.AssertionError) return null;
      throw error;
    }
  }
}

/** As its first line says. */
function headOf(stream: EventStream): number | null {
  const [hello] = stream.named('hello');
  return hello === undefined ? null : (JSON.parse(hello.data).headSeq as number);
}
