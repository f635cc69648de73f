// What composition adds to the runtime's context for the broker's actors.
import type { SessionPrices } from '../domain/session-prices.ts';
import type { Context, Message } from '../runtime/actor.ts';
import type { LastPrint, SymbolTerms } from '../shared/price-table.ts';

export type { LastPrint, SymbolTerms } from '../shared/price-table.ts';

export interface BrokerContext<Own extends Message = Message> extends Context<Own> {
  /** Null for a symbol that the exchange has not listed. A reading, like `nowMs`. */
  referencePrice(symbol: string): SymbolTerms | null;
}

/** Only `exchange-connection` has it: the one writer of the shared table. */
export interface PricePublisher {
  list(symbol: string, tickInCents: number, halted: boolean): void;
  publish(symbol: string, print: LastPrint, session: SessionPrices): void;
}
