// What a symbol has printed since the price-history last heard of it. Nothing waits longer than
// `candleEveryMs`, and a message never spans two minutes.
import { joinSpans, type PriceSpan } from '../../domain/price-span.ts';
import { LIMITS } from '../../limits.ts';
import type { Context } from '../../runtime/actor.ts';
import { PRICE_HISTORY } from '../addresses.ts';
import type { PricesPrinted } from '../price-history/protocol.ts';

export interface PrintsDue {
  readonly kind: 'PrintsDue';
}

interface Pending {
  readonly minuteStartMs: number;
  readonly span: PriceSpan;
}

const MINUTE_MS = 60_000;

export class MinutePrinter {
  readonly #symbol: string;
  #pending: Pending | null = null;

  constructor(symbol: string) {
    this.#symbol = symbol;
  }

  add(span: PriceSpan, exchangeAtMs: number, ctx: Context<PrintsDue>): void {
    const minuteStartMs = exchangeAtMs - (exchangeAtMs % MINUTE_MS);
    if (this.#pending !== null && this.#pending.minuteStartMs !== minuteStartMs) this.tell(ctx);
    const before = this.#pending;
    if (before === null) ctx.after(LIMITS.candleEveryMs, { kind: 'PrintsDue' }, 'prints');
    this.#pending = {
      minuteStartMs,
      span: before === null ? span : joinSpans(before.span, span),
    };
  }

  tell(ctx: Context<PrintsDue>): void {
    if (this.#pending === null) return;
    const { symbol, pending } = { symbol: this.#symbol, pending: this.#pending };
    ctx.tell<PricesPrinted>(PRICE_HISTORY, { kind: 'PricesPrinted', symbol, ...pending });
    this.#pending = null;
  }
}
