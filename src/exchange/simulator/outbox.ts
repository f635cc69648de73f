// What the engine has said since it was last emptied: records for the log, frames for the price
// feed. Owns both sequences.
import type { Execution, SessionChanged, SessionState, Tick } from '../port.ts';
import { externalOrderIdOf, type LiveOrder } from './live-order.ts';
import type { LogRecord } from './log-record.ts';

export interface EngineOutput {
  /** To be written before anything of this output is shown to anyone. */
  readonly records: readonly LogRecord[];
  readonly prices: readonly (Tick | SessionChanged)[];
}

/** So many price frames are covered by one `reserve` record. */
const PRICES_RESERVED = 1_000_000;

type Trade = { readonly lastQty: number; readonly lastPriceInCents: number };

export class Outbox {
  readonly epoch: string;
  #records: LogRecord[] = [];
  #prices: (Tick | SessionChanged)[] = [];
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
    return this.#execution(order, 'accepted', null, null, nowMs);
  }

  /** After the order's cumQty has been raised. */
  traded(order: LiveOrder, trade: Trade, nowMs: number): Execution {
    return this.#execution(order, 'trade', trade, null, nowMs);
  }

  ended(order: LiveOrder, how: 'cancelled' | 'expired', reason: string, nowMs: number): Execution {
    return this.#execution(order, how, null, reason, nowMs);
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

  #nextPriceSeq(): number {
    if (this.#priceSeq === this.#priceSeqReserved) {
      this.#priceSeqReserved += PRICES_RESERVED;
      this.record({ kind: 'reserve', priceSeq: this.#priceSeqReserved });
    }
    return ++this.#priceSeq;
  }

  #execution(
    order: LiveOrder,
    execKind: Execution['execKind'],
    trade: Trade | null,
    reason: string | null,
    exchangeAtMs: number,
  ): Execution {
    const seq = ++this.#executionSeq;
    const { clientOrderId, symbol, side, cumQty } = order;
    const execution = {
      kind: 'execution' as const,
      epoch: this.epoch,
      seq,
      execKind,
      execId: execIdOf(seq),
      clientOrderId,
      externalOrderId: externalOrderIdOf(order.ordinal),
      symbol,
      side,
      cumQty,
      lastQty: trade?.lastQty ?? null,
      lastPriceInCents: trade?.lastPriceInCents ?? null,
      execRef: null,
      reason,
      exchangeAtMs,
    };
    this.#records.push(execution);
    return execution;
  }
}

export function execIdOf(seq: number): string {
  return `exec-${seq}`;
}
