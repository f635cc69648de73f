// Busts and corrections of trades, a while after them: by the plan's draw, or as a customer asked
// for with the order.
import type { Execution, PlaceRequest } from '../../port.ts';
import type { Engine } from '../engine.ts';
import { AMEND_AFTER_MS, type AmendmentName, type TradeFault } from './fault-plan.ts';
import type { Trigger } from './trigger.ts';

export interface TradeFaultParts {
  readonly after: (delayMs: number, run: () => void) => void;
  readonly run: (command: (engine: Engine, nowMs: number) => void) => void;
  readonly nowMs: () => number;
}

/** Orders whose trades are awaited; beyond it the oldest wish is forgotten. */
const WISHES_MAX = 10_000;

export class TradeFaults {
  readonly #parts: TradeFaultParts;
  #faults: readonly { readonly fault: TradeFault; readonly trigger: Trigger }[] = [];
  readonly #wishes = new Map<string, AmendmentName>();

  constructor(parts: TradeFaultParts) {
    this.#parts = parts;
  }

  plan(faults: readonly { readonly fault: TradeFault; readonly trigger: Trigger }[]): void {
    this.#faults = faults;
  }

  placing(orders: readonly PlaceRequest[]): void {
    for (const { clientOrderId, sandboxFault } of orders) {
      if (sandboxFault !== 'bust' && sandboxFault !== 'correct') continue;
      this.#wishes.set(clientOrderId, sandboxFault);
      const [oldest] = this.#wishes.keys();
      if (this.#wishes.size > WISHES_MAX && oldest !== undefined) this.#wishes.delete(oldest);
    }
  }

  seen(trade: Execution): void {
    const wish = this.#wishes.get(trade.clientOrderId ?? '');
    if (wish !== undefined) this.#amendLater(wish, trade, AMEND_AFTER_MS);
    for (const { fault, trigger } of this.#faults) {
      if (!trigger.strikes(1, this.#parts.nowMs())) continue;
      this.#amendLater(fault.fault, trade, fault.delayMs);
    }
  }

  /** A book that is lost meanwhile has other trades by the same ids. */
  #amendLater(how: AmendmentName, trade: Execution, delayMs: number): void {
    this.#parts.after(delayMs, () =>
      this.#parts.run((engine, nowMs) => {
        if (engine.epoch !== trade.epoch) return;
        if (how === 'bust') engine.bust(trade.execId, nowMs);
        else engine.correct(trade.execId, kindlier(trade), nowMs);
      }),
    );
  }
}

/** One cent in the customer's favour. */
function kindlier({ side, lastQty, lastPriceInCents }: Execution) {
  const price = lastPriceInCents ?? 1;
  return {
    lastQty: lastQty ?? 1,
    lastPriceInCents: side === 'buy' ? Math.max(1, price - 1) : price + 1,
  };
}
