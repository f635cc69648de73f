// Books what the exchange's execution feed tells, each fill once: one transaction at a time, with
// all that has come meanwhile. An execution that is here before its acknowledgement is tried again.
import type { Execution, ExecutionFrame } from '../../../src/exchange/port.ts';

export interface Booked {
  readonly seq: number;
  readonly outcome: 'traded' | 'closed' | 'unmapped';
  readonly userId: string;
  readonly orderId: string;
  /** Null: it was booked before. */
  readonly eventSeq: number | null;
  readonly status: string;
  readonly cumQty: number;
  readonly notionalInCents: number;
  readonly feeInCents: number;
  readonly available: number | null;
  readonly reserved: number | null;
}

export interface TradeProcessorOptions {
  readonly batchMax: number;
  readonly retryMs: number;
  /** Also writes the watermark: `upToSeq`, or less while something is unmapped. */
  readonly book: (
    executions: readonly Execution[],
    epoch: string,
    upToSeq: number,
  ) => Promise<readonly Booked[]>;
  readonly onBooked: (booked: Booked, execution: Execution) => void;
  readonly after: (delayMs: number, run: () => void) => void;
  readonly onFailed: (error: unknown) => void;
}

export class TradeProcessor {
  readonly #options: TradeProcessorOptions;
  #waiting: Execution[] = [];
  /** Older than all that wait. */
  #unmapped: readonly Execution[] = [];
  #epoch = '';
  #headSeq = 0;
  #writtenSeq = 0;
  #isBooking = false;
  #isRetrying = false;

  constructor(options: TradeProcessorOptions) {
    this.#options = options;
  }

  take(frames: readonly ExecutionFrame[]): void {
    for (const frame of frames) {
      if (frame.kind === 'reset') throw new Error('the exchange has lost its book');
      this.#epoch = frame.epoch;
      if (frame.kind === 'heartbeat') {
        void this.#book(); // the watermark, when nothing else has written it
        continue;
      }
      if (frame.seq <= this.#headSeq) continue; // once
      this.#headSeq = frame.seq;
      if (frame.execKind === 'bust' || frame.execKind === 'correct') {
        throw new Error(`the stack books no ${frame.execKind}`);
      }
      // An acceptance is known from the answer to the submit.
      if (frame.execKind !== 'accepted') this.#waiting.push(frame);
    }
    if (this.#waiting.length > 0) void this.#book();
  }

  async #book(): Promise<void> {
    if (this.#isBooking || this.#isRetrying) return;
    if (this.#waiting.length === 0 && this.#unmapped.length === 0) {
      if (this.#writtenSeq === this.#headSeq) return;
    }
    this.#isBooking = true;
    const batch = [...this.#unmapped, ...this.#waiting.splice(0, this.#options.batchMax)];
    const next = this.#waiting[0]?.seq;
    const upToSeq = next === undefined ? this.#headSeq : next - 1;
    try {
      const booked = await this.#options.book(batch, this.#epoch, upToSeq);
      this.#writtenSeq = upToSeq;
      this.#tell(batch, booked);
    } catch (error) {
      return this.#options.onFailed(error);
    } finally {
      this.#isBooking = false;
    }
    if (this.#unmapped.length > 0 && this.#waiting.length === 0) return this.#retryLater();
    if (this.#waiting.length > 0) void this.#book();
  }

  #tell(batch: readonly Execution[], booked: readonly Booked[]): void {
    const bySeq = new Map(batch.map((execution) => [execution.seq, execution]));
    const unmapped: Execution[] = [];
    for (const one of booked) {
      const execution = bySeq.get(one.seq);
      if (execution === undefined) throw new Error(`execution ${one.seq} was not asked for`);
      if (one.outcome === 'unmapped') unmapped.push(execution);
      else if (one.eventSeq !== null) this.#options.onBooked(one, execution);
    }
    this.#unmapped = unmapped.sort((a, b) => a.seq - b.seq);
  }

  #retryLater(): void {
    this.#isRetrying = true;
    this.#options.after(this.#options.retryMs, () => {
      this.#isRetrying = false;
      void this.#book();
    });
  }
}
