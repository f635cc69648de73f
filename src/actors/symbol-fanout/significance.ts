// Which changes are worth sending: those that move the price by so much since the one sent last. A
// smaller one is held back, but only for so long, so that no price is wrong for ever.
import type { LastPrint } from '../context.ts';

export interface SignificanceOptions {
  /** Basis points; 0: every change is. */
  readonly significanceBps: number;
  readonly insignificantMsMax: number;
}

export class Significance {
  readonly #options: SignificanceOptions;
  #sent: (LastPrint & { readonly stale: boolean }) | null = null;
  #sentAtMs = 0;

  constructor(options: SignificanceOptions) {
    this.#options = options;
  }

  sent(print: LastPrint, stale: boolean, nowMs: number): void {
    this.#sent = { ...print, stale };
    this.#sentAtMs = nowMs;
  }

  /** How long this one must still be held back; 0 when it may go. */
  holdMs(print: LastPrint, stale: boolean, nowMs: number): number {
    const { significanceBps, insignificantMsMax } = this.#options;
    const sent = this.#sent;
    if (significanceBps === 0 || sent === null || sent.stale !== stale) return 0;
    const moved = Math.abs(print.priceInCents - sent.priceInCents);
    if (moved * 10_000 >= significanceBps * sent.priceInCents) return 0;
    const leftMs = this.#sentAtMs + insignificantMsMax - nowMs;
    return leftMs > insignificantMsMax ? 0 : Math.max(leftMs, 0); // the clock was set back
  }
}
