// How far the execution feed has been settled. The watermark is the highest sequence number below
// which every message is booked by its shard, parked or quarantined; the feed resumes from it, and
// what is replayed above it is recognised.
import { ChurnSet } from '../../runtime/churn-map.ts';

export interface FeedPlace {
  readonly epoch: string;
  readonly seq: number;
}

export class FeedProgress {
  #epoch: string | null;
  #headSeq: number;
  /** In rising order, because the head only rises: the first is the lowest. */
  readonly #unsettled = new ChurnSet<number>();

  constructor(position: FeedPlace | null) {
    this.#epoch = position?.epoch ?? null;
    this.#headSeq = position?.seq ?? 0;
  }

  get epoch(): string | null {
    return this.#epoch;
  }

  /** The newest message taken; null before the first epoch. */
  head(): FeedPlace | null {
    return this.#epoch === null ? null : { epoch: this.#epoch, seq: this.#headSeq };
  }

  /** A new epoch counts from 1; what was unsettled of the old one must be kept elsewhere. */
  begin(epoch: string): void {
    this.#epoch = epoch;
    this.#headSeq = 0;
    this.#unsettled.clear();
  }

  /** `hole`: one before it never came, so it must not raise the head. */
  take(seq: number): 'new' | 'seen' | 'hole' {
    if (seq <= this.#headSeq) return 'seen';
    if (seq > this.#headSeq + 1) return 'hole';
    this.#headSeq = seq;
    return 'new';
  }

  /** The message that was just taken is on its way to a shard. */
  wait(seq: number): void {
    this.#unsettled.add(seq);
  }

  settle(epoch: string, seq: number): void {
    if (epoch === this.#epoch) this.#unsettled.delete(seq);
  }

  watermark(): FeedPlace | null {
    if (this.#epoch === null) return null;
    const [lowest] = this.#unsettled;
    return { epoch: this.#epoch, seq: lowest === undefined ? this.#headSeq : lowest - 1 };
  }
}
