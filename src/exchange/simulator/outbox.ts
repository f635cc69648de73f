// What the engine has said since it was last emptied: records for the log, frames for the price
// feed. Owns both sequences.
import type {
  Execution,
  HaltChanged,
  SessionChanged,
  SessionState,
  Tick,
  VenueOrder,
} from '../port.ts';
import { execIdOf } from './exec-id.ts';
import { externalOrderIdOf, type LiveOrder } from './live-order.ts';
import type { LogRecord } from './log-record.ts';

export type PriceFrameOut = Tick | SessionChanged | HaltChanged;

export interface EngineOutput {
  /** To be written before anything of this output is shown to anyone. */
  readonly records: readonly LogRecord[];
  readonly prices: readonly PriceFrameOut[];
}

/** So many price frames are covered by one `reserve` record. */
const PRICES_RESERVED = 1_000_000;

export type Trade = { readonly lastQty: number; readonly lastPriceInCents: number };
type Reported = Pick<
  VenueOrder,
  'externalOrderId' | 'clientOrderId' | 'symbol' | 'side' | 'cumQty'
>;
export type HowEnded = 'cancelled' | 'expired' | 'rejected';

export class Outbox {
  readonly epoch: string;
  #records: LogRecord[] = [];
  #prices: PriceFrameOut[] = [];
  #executionSeq = 0;
  #priceSeq = 0;
  #priceSeqReserved = 0;

  constructor(epoch: string) {
    this.epoch = epoch;
  }

  get executionSeq(): number {
    return this.#executionSeq;
  }

  get priceSeq(): number {
    return this.#priceSeq;
  }

  take(): EngineOutput {
    const output = { records: this.#records, prices: this.#prices };
    this.#records = [];
    this.#prices = [];
    return output;
  }

  record(record: LogRecord): void {
    this.#records.push(record);
  }

  /** Takes up the sequences where a log left them. */
  resumeAfter(record: LogRecord): void {
    if (record.kind === 'execution') this.#executionSeq = record.seq;
    if (record.kind !== 'reserve') return;
    this.#priceSeq = record.priceSeq;
    this.#priceSeqReserved = record.priceSeq;
  }

  accepted(order: LiveOrder, nowMs: number): Execution {
    return this.#execution(reported(order), 'accepted', NO_TERMS, nowMs);
  }

  /** After the order's cumQty has been raised. */
  traded(order: LiveOrder, trade: Trade, nowMs: number): Execution {
    return this.#execution(reported(order), 'trade', termsOf(trade), nowMs);
  }

  ended(order: LiveOrder, how: HowEnded, reason: string, nowMs: number): Execution {
    return this.#execution(reported(order), how, { ...NO_TERMS, reason }, nowMs);
  }

  /** With the order's new cumQty; a bust has no terms. */
  amended(
    order: Reported,
    how: 'bust' | 'correct',
    terms: Trade | null,
    execRef: string,
    nowMs: number,
  ): Execution {
    return this.#execution(order, how, { ...NO_TERMS, ...terms, execRef }, nowMs);
  }

  tick(symbol: string, priceInCents: number, numShares: number, nowMs: number): void {
    const seq = this.#nextPriceSeq();
    const { epoch } = this;
    this.#prices.push({
      kind: 'tick',
      epoch,
      seq,
      symbol,
      priceInCents,
      numShares,
      exchangeAtMs: nowMs,
    });
  }

  session(session: SessionState, nowMs: number): void {
    this.record({ kind: 'session', session, atMs: nowMs });
    const seq = this.#nextPriceSeq();
    this.#prices.push({ kind: 'session', epoch: this.epoch, seq, session, exchangeAtMs: nowMs });
  }

  halt(symbol: string, halted: boolean, nowMs: number): void {
    this.record({ kind: 'halt', symbol, halted, atMs: nowMs });
    const seq = this.#nextPriceSeq();
    const { epoch } = this;
    this.#prices.push({ kind: 'halt', epoch, seq, symbol, halted, exchangeAtMs: nowMs });
  }

  #nextPriceSeq(): number {
    if (this.#priceSeq === this.#priceSeqReserved) {
      this.#priceSeqReserved += PRICES_RESERVED;
      this.record({ kind: 'reserve', priceSeq: this.#priceSeqReserved });
    }
    return ++this.#priceSeq;
  }

  #execution(
    order: Reported,
    execKind: Execution['execKind'],
    terms: Terms,
    exchangeAtMs: number,
  ): Execution {
    const seq = ++this.#executionSeq;
    const { externalOrderId, clientOrderId, symbol, side, cumQty } = order;
    const execution = {
      kind: 'execution' as const,
      epoch: this.epoch,
      seq,
      execKind,
      execId: execIdOf(seq),
      clientOrderId,
      externalOrderId,
      symbol,
      side,
      cumQty,
      lastQty: terms.lastQty,
      lastPriceInCents: terms.lastPriceInCents,
      execRef: terms.execRef,
      reason: terms.reason,
      exchangeAtMs,
    };
    this.#records.push(execution);
    return execution;
  }
}

type Terms = Pick<Execution, 'lastQty' | 'lastPriceInCents' | 'execRef' | 'reason'>;

const NO_TERMS: Terms = { lastQty: null, lastPriceInCents: null, execRef: null, reason: null };

function termsOf({ lastQty, lastPriceInCents }: Trade): Terms {
  return { lastQty, lastPriceInCents, execRef: null, reason: null };
}

function reported(order: LiveOrder): Reported {
  const { ordinal, clientOrderId, symbol, side, cumQty } = order;
  return { externalOrderId: externalOrderIdOf(ordinal), clientOrderId, symbol, side, cumQty };
}
