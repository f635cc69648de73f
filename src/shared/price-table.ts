// The last price of every symbol in one piece of shared memory: one writer (the
// exchange-connection), readers in all threads. A slot is guarded by a sequence lock: odd while it
// is written, and a reader that saw it change reads again.
import assert from 'node:assert/strict';
import type { SessionPrices } from '../domain/session-prices.ts';

export interface SymbolTerms {
  readonly tickInCents: number;
  readonly halted: boolean;
  /** Null before the first print. */
  readonly price: LastPrint | null;
  readonly session: SessionPrices;
}

export interface LastPrint {
  readonly priceInCents: number;
  /** Exchange time of the print. */
  readonly lastTradedAtMs: number;
  /** Sequence of the exchange's price feed. */
  readonly seq: number;
}

// A slot is 128 bytes, two cache lines: int32 lock, flags, tick, name length; 16 bytes of name;
// float64 price, time, sequence; float64 open, high, low, volume, previous close of the session,
// where 0 is what no price can be: none.
const SLOT_BYTES = 128;
const HEADER_BYTES = 128;
const NAME_BYTES = 16;
const [LOCK, FLAGS, TICK, NAME_LENGTH] = [0, 1, 2, 3];
const NAME_OFFSET = 16;
const [PRICE, TRADED_AT, SEQ] = [4, 5, 6];
const [OPEN, HIGH, LOW, VOLUME, PREVIOUS_CLOSE] = [7, 8, 9, 10, 11];
const HALTED = 1;
const HAS_PRICE = 2;

export class PriceTable {
  readonly buffer: SharedArrayBuffer;
  readonly #ints: Int32Array;
  readonly #floats: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #slots = new Map<string, number>();

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#ints = new Int32Array(buffer);
    this.#floats = new Float64Array(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  static create(symbolsMax: number): PriceTable {
    return new PriceTable(new SharedArrayBuffer(HEADER_BYTES + symbolsMax * SLOT_BYTES));
  }

  /** Writer: makes the symbol known, or changes its terms. */
  list(symbol: string, tickInCents: number, halted: boolean): void {
    const slot = this.#slotOf(symbol) ?? this.#append(symbol);
    const int = this.#intsAt(slot);
    this.#write(slot, () => {
      const flags = (this.#ints[int + FLAGS] ?? 0) & ~HALTED;
      this.#ints[int + FLAGS] = flags | (halted ? HALTED : 0);
      this.#ints[int + TICK] = tickInCents;
    });
  }

  /** Writer: the newest print, and what the session is with it. */
  publish(symbol: string, print: LastPrint, session: SessionPrices): void {
    const slot = this.#slotOf(symbol);
    assert(slot !== null, `the symbol ${symbol} has a price but was never listed`);
    const float = this.#floatsAt(slot);
    this.#write(slot, () => {
      this.#floats[float + PRICE] = print.priceInCents;
      this.#floats[float + TRADED_AT] = print.lastTradedAtMs;
      this.#floats[float + SEQ] = print.seq;
      this.#floats[float + OPEN] = session.openInCents ?? 0;
      this.#floats[float + HIGH] = session.highInCents ?? 0;
      this.#floats[float + LOW] = session.lowInCents ?? 0;
      this.#floats[float + VOLUME] = session.volume;
      this.#floats[float + PREVIOUS_CLOSE] = session.previousCloseInCents ?? 0;
      const flags = this.#intsAt(slot) + FLAGS;
      this.#ints[flags] = (this.#ints[flags] ?? 0) | HAS_PRICE;
    });
  }

  /** Null for a symbol that was never listed. */
  read(symbol: string): SymbolTerms | null {
    const slot = this.#slotOf(symbol);
    if (slot === null) return null;
    const lock = this.#intsAt(slot) + LOCK;
    for (;;) {
      const before = Atomics.load(this.#ints, lock);
      if ((before & 1) === 0) {
        const terms = this.#termsAt(slot);
        if (Atomics.load(this.#ints, lock) === before) return terms;
      }
    }
  }

  get symbols(): number {
    return Atomics.load(this.#ints, 0);
  }

  /** In the order in which they were listed. */
  get names(): string[] {
    return Array.from({ length: this.symbols }, (_, slot) => this.#nameAt(slot));
  }

  #termsAt(slot: number): SymbolTerms {
    const [int, float] = [this.#intsAt(slot), this.#floatsAt(slot)];
    const flags = this.#ints[int + FLAGS] ?? 0;
    const price = {
      priceInCents: this.#floats[float + PRICE] ?? 0,
      lastTradedAtMs: this.#floats[float + TRADED_AT] ?? 0,
      seq: this.#floats[float + SEQ] ?? 0,
    };
    return {
      tickInCents: this.#ints[int + TICK] ?? 1,
      halted: (flags & HALTED) !== 0,
      price: (flags & HAS_PRICE) === 0 ? null : price,
      session: {
        openInCents: this.#priceOrNull(float + OPEN),
        highInCents: this.#priceOrNull(float + HIGH),
        lowInCents: this.#priceOrNull(float + LOW),
        volume: this.#floats[float + VOLUME] ?? 0,
        previousCloseInCents: this.#priceOrNull(float + PREVIOUS_CLOSE),
      },
    };
  }

  #priceOrNull(at: number): number | null {
    return this.#floats[at] || null;
  }

  #write(slot: number, change: () => void): void {
    const lock = this.#intsAt(slot) + LOCK;
    Atomics.add(this.#ints, lock, 1);
    change();
    Atomics.add(this.#ints, lock, 1);
  }

  #append(symbol: string): number {
    const slot = this.symbols;
    const at = HEADER_BYTES + slot * SLOT_BYTES;
    assert(at < this.buffer.byteLength, `no room for the symbol ${symbol}: ${slot} are listed`);
    const name = Buffer.from(symbol, 'latin1');
    assert(name.length <= NAME_BYTES, `the symbol ${symbol} is longer than ${NAME_BYTES}`);
    this.#bytes.set(name, at + NAME_OFFSET);
    this.#ints[this.#intsAt(slot) + NAME_LENGTH] = name.length;
    Atomics.store(this.#ints, 0, slot + 1); // readers look no further than this
    this.#slots.set(symbol, slot);
    return slot;
  }

  #slotOf(symbol: string): number | null {
    const known = this.#slots.get(symbol);
    if (known !== undefined) return known;
    for (let slot = this.#slots.size; slot < this.symbols; slot++) {
      this.#slots.set(this.#nameAt(slot), slot);
    }
    return this.#slots.get(symbol) ?? null;
  }

  #nameAt(slot: number): string {
    const from = HEADER_BYTES + slot * SLOT_BYTES + NAME_OFFSET;
    const length = this.#ints[this.#intsAt(slot) + NAME_LENGTH] ?? 0;
    return Buffer.from(this.#bytes.slice(from, from + length)).toString('latin1');
  }

  #intsAt(slot: number): number {
    return (HEADER_BYTES + slot * SLOT_BYTES) / 4;
  }

  #floatsAt(slot: number): number {
    return (HEADER_BYTES + slot * SLOT_BYTES) / 8;
  }
}
