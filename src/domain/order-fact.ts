// What is known of one order, fact by fact, as timelines and lists of trades are told from it.
import type { Order } from './order.ts';
import type { TradeTerms } from './trade-terms.ts';
import type { OrderEventKind, TradeEventKind } from './user-event.ts';

/** A trade as its event tells it: of a bust what was taken back, of a correction the new terms. */
export interface ToldTrade extends TradeTerms {
  readonly execId: string;
  readonly feeInCents: number;
  /** What a correction replaces. */
  readonly previous: TradeTerms | null;
}

export interface OrderEventFact {
  readonly topic: 'event';
  readonly seq: number;
  readonly kind: OrderEventKind | TradeEventKind;
  readonly atMs: number;
  readonly exchangeAtMs: number | null;
  readonly cause: string | null;
  /** As it stood after it. */
  readonly order: Order;
  /** Null unless the event is about a trade. */
  readonly trade: ToldTrade | null;
}

/** Something that an operator looks into. */
export interface IncidentFact {
  readonly topic: 'incident';
  readonly kind: string;
  readonly atMs: number;
}

/** A bust or a correction that has come before its trade (E27). */
export interface EarlyAmendmentFact {
  readonly topic: 'early_amendment';
  readonly kind: 'bust' | 'correct';
  readonly exchangeAtMs: number;
}

export type OrderFact = OrderEventFact | IncidentFact | EarlyAmendmentFact;
