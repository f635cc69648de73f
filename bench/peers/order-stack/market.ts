// Reference prices in memory, from the exchange's price feed, and the checks that need them.

import { protectivePrice } from '../../../src/domain/money.ts';
import type { PriceFrame } from '../../../src/exchange/port.ts';
import { LIMITS } from '../../../src/limits.ts';
import type { OrderBody } from './order-body.ts';
import type { ProblemCode } from './problem.ts';

interface Listed {
  tickInCents: number;
  lastPriceInCents: number | null;
  halted: boolean;
}

export interface Priced {
  /** What the exchange is told: the limit, or the protective limit of a market order. */
  readonly limitPriceInCents: number;
  readonly referencePriceInCents: number;
}

export class Market {
  readonly #symbols = new Map<string, Listed>();
  #isOpen = false;

  take(frame: PriceFrame): void {
    switch (frame.kind) {
      case 'tick': {
        const listed = this.#symbols.get(frame.symbol);
        if (listed !== undefined) listed.lastPriceInCents = frame.priceInCents;
        return;
      }
      case 'snapshot':
        this.#isOpen = frame.session.state === 'open';
        for (const { symbol, tickInCents, lastPriceInCents, halted } of frame.symbols) {
          this.#symbols.set(symbol, { tickInCents, lastPriceInCents, halted });
        }
        return;
      case 'session':
        this.#isOpen = frame.session.state === 'open';
        return;
      case 'halt': {
        const listed = this.#symbols.get(frame.symbol);
        if (listed !== undefined) listed.halted = frame.halted;
      }
    }
  }

  /** The checks in the order in which Outcry makes them. */
  check({ symbol, position, numShares, priceInCents }: OrderBody): Priced | ProblemCode {
    const listed = this.#symbols.get(symbol);
    if (listed === undefined) return 'unknown_symbol';
    if (!this.#isOpen) return 'market_closed';
    if (listed.halted) return 'symbol_halted';
    const { lastPriceInCents: last, tickInCents: tick } = listed;
    if (last === null) return 'no_reference_price';
    const limit = priceInCents ?? onTick(position, last, tick);
    if (limit % tick !== 0) return 'price_not_on_tick';
    if (numShares > LIMITS.orderSharesMaxDefault) return 'order_too_large';
    const value = numShares * (position === 'buy' ? limit : Math.max(limit, last));
    if (value > LIMITS.orderValueMaxInCentsDefault) return 'order_value_too_large';
    if (priceInCents !== null) {
      const collar = protectivePrice(last, position, LIMITS.limitCollarBps);
      const isOutside = position === 'buy' ? limit > collar : limit < collar;
      if (isOutside) return 'price_outside_collar';
    }
    return { limitPriceInCents: limit, referencePriceInCents: last };
  }
}

function onTick(side: 'buy' | 'sell', last: number, tick: number): number {
  const price = protectivePrice(last, side, LIMITS.marketProtectionBps);
  const ticks = side === 'buy' ? Math.floor(price / tick) : Math.ceil(price / tick);
  return Math.max(ticks, 1) * tick;
}
