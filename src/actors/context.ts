// What composition adds to the runtime's context for the broker's actors.
import type { Context, Message } from '../runtime/actor.ts';

/** The last print of a symbol, as every thread sees it. */
export interface ReferencePrice {
  readonly priceInCents: number;
  /** Exchange time of the print. */
  readonly lastTradedAtMs: number;
}

export interface SymbolTerms {
  readonly tickInCents: number;
  readonly halted: boolean;
  /** Null before the first print. */
  readonly price: ReferencePrice | null;
}

export interface BrokerContext<Own extends Message = Message> extends Context<Own> {
  /** Null for a symbol that the exchange has not listed. A reading, like `nowMs`. */
  referencePrice(symbol: string): SymbolTerms | null;
}

/** Only `exchange-connection` has it: the one writer of the shared table. */
export interface PricePublisher {
  list(symbol: string, tickInCents: number, halted: boolean): void;
  publish(symbol: string, priceInCents: number, lastTradedAtMs: number, seq: number): void;
}
