// One feed of an engine within a simulation: resume, heartbeats and waiting readers as over a
// socket, without one.
import type { ReadFeedAnswer } from '../effects.ts';
import type { ExecutionFrame, PriceFrame } from '../port.ts';

type Frame = ExecutionFrame | PriceFrame;
type Sequenced = Extract<Frame, { readonly seq: number }>;

export interface EngineFeedOptions {
  readonly epoch: string;
  /** The head when the feed began: what came before is not kept. */
  readonly headSeq: number;
  readonly framesKept: number;
  /** What a reader that cannot resume is told first, after the reset. */
  readonly openingFrames: () => readonly Frame[];
  /** Where such a reader begins: at the first frame (executions) or at the head (prices). */
  readonly beginsAt: 'first' | 'head';
}

interface Waiting {
  readonly framesMax: number;
  readonly answer: (answer: ReadFeedAnswer) => void;
}

export class EngineFeed {
  readonly #options: EngineFeedOptions;
  #kept: Sequenced[] = [];
  #headSeq: number;
  #isOpen = false;
  #seq = 0;
  /** Resets, snapshots and heartbeats for the one reader, before what is kept. */
  #aside: Frame[] = [];
  #waiting: Waiting | null = null;

  constructor(options: EngineFeedOptions) {
    this.#options = options;
    this.#headSeq = options.headSeq;
  }

  publish(frames: readonly Sequenced[]): void {
    this.#kept.push(...frames);
    this.#headSeq = frames.at(-1)?.seq ?? this.#headSeq;
    const surplus = this.#kept.length - this.#options.framesKept;
    if (surplus > 0) this.#kept = this.#kept.slice(surplus);
  }

  open(from: { readonly epoch: string; readonly seq: number } | null): void {
    this.close('opened anew');
    this.#isOpen = true;
    const { epoch, openingFrames } = this.#options;
    const isOurs = from === null || from.epoch === epoch;
    if (from !== null && isOurs && this.#canResume(from.seq)) {
      this.#seq = from.seq;
      return;
    }
    this.#seq = this.#beginning(isOurs && from !== null);
    const headSeq = this.#seq;
    this.#aside = [
      ...(from === null ? [] : [{ kind: 'reset' as const, epoch, headSeq }]),
      ...openingFrames(),
    ];
  }

  /** Only one reader at a time: the later one takes the place. */
  read(waiting: Waiting): void {
    this.#waiting = waiting;
  }

  forget(answer: Waiting['answer']): void {
    if (this.#waiting?.answer === answer) this.#waiting = null;
  }

  heartbeat(nowMs: number): void {
    if (!this.#isOpen || this.#seq !== this.#headSeq || this.#aside.length > 0) return;
    const { epoch } = this.#options;
    this.#aside.push({ kind: 'heartbeat', epoch, headSeq: this.#headSeq, exchangeAtMs: nowMs });
  }

  /** Gives the waiting reader what there is, if anything. */
  serve(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    const answer = this.#isOpen ? this.#take(waiting.framesMax) : closed('the feed is not open');
    if (answer === null) return;
    this.#waiting = null;
    waiting.answer(answer);
  }

  /** A cut connection: what was not read is lost to this reader, who resumes by sequence. */
  close(error: string): void {
    this.#isOpen = false;
    this.#aside = [];
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.answer(closed(error));
  }

  #take(framesMax: number): ReadFeedAnswer | null {
    const aside = this.#aside.splice(0, framesMax);
    const next = this.#kept.length - (this.#headSeq - this.#seq);
    if (next < 0) {
      this.close('the reader fell behind what is kept');
      return closed('the reader fell behind what is kept');
    }
    const kept = this.#kept.slice(next, next + framesMax - aside.length);
    this.#seq = kept.at(-1)?.seq ?? this.#seq;
    const frames = [...aside, ...kept];
    return frames.length === 0 ? null : { outcome: 'frames', frames };
  }

  #canResume(seq: number): boolean {
    return seq <= this.#headSeq && this.#headSeq - seq <= this.#kept.length;
  }

  #beginning(isOurs: boolean): number {
    if (this.#options.beginsAt === 'head' || isOurs) return this.#headSeq;
    return this.#headSeq - this.#kept.length;
  }
}

function closed(error: string): ReadFeedAnswer {
  return { outcome: 'closed', error };
}
