// The message that runtime and raw peers carry alike: as large as a price change of the product.

export interface Tick {
  readonly kind: 'Tick';
  readonly symbol: string;
  readonly priceInCents: number;
  readonly lastTradedAtMs: number;
  readonly seq: number;
  readonly merged: number;
  readonly stale: boolean;
}

export function tickOf(seq: number): Tick {
  return {
    kind: 'Tick',
    symbol: 'IBM',
    priceInCents: 18_000 + (seq % 500),
    lastTradedAtMs: 1_700_000_000_000 + seq,
    seq,
    merged: 0,
    stale: false,
  };
}

/**
 * The receiver confirms whole stretches; the sender has at most so many of them on the way, in
 * every peer.
 */
export const STRETCH = 1_024;
export const STRETCHES_ON_THE_WAY = 8;

/**
 * Credit-based sending: no queue grows beyond what is on the way, and the end is known when the
 * last stretch is confirmed.
 */
export class CreditedSender {
  readonly #messages: number;
  #sent = 0;
  #confirmed = 0;

  constructor(messages: number) {
    if (messages % STRETCH !== 0)
      throw new RangeError(`not in stretches of ${STRETCH}: ${messages}`);
    this.#messages = messages;
  }

  get isDone(): boolean {
    return this.#confirmed === this.#messages;
  }

  confirmed(): void {
    this.#confirmed += STRETCH;
  }

  /** The numbers that may be sent now: from `first`, `count` of them. */
  take(): { readonly first: number; readonly count: number } {
    const allowed = Math.min(this.#messages, this.#confirmed + STRETCH * STRETCHES_ON_THE_WAY);
    const first = this.#sent;
    this.#sent = allowed;
    return { first, count: allowed - first };
  }
}
