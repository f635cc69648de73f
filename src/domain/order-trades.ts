// The trades of one order as they stand: each with what became of it.
import type { OrderEventFact } from './order-fact.ts';
import type { TradeTerms } from './trade-terms.ts';

export interface OrderTrade extends TradeTerms {
  readonly execId: string;
  /** The event that booked it. */
  readonly seq: number;
  readonly atMs: number;
  readonly exchangeAtMs: number | null;
  /** `busted`: taken back by the exchange; its terms are those it had. */
  readonly state: 'live' | 'corrected' | 'busted';
  /** What it adds to the order's fee, all changes included. */
  readonly feeInCents: number;
  /** Oldest first. */
  readonly changes: readonly TradeChange[];
}

export interface TradeChange {
  readonly kind: 'busted' | 'corrected';
  readonly seq: number;
  readonly atMs: number;
  readonly exchangeAtMs: number | null;
  /** The terms until then. */
  readonly previous: TradeTerms;
}

/** In the order in which they were booked. */
export function tradesOf(events: readonly OrderEventFact[]): OrderTrade[] {
  const trades = new Map<string, OrderTrade>();
  for (const event of events) {
    if (event.trade === null) continue;
    const { execId } = event.trade;
    const known = trades.get(execId);
    if (known === undefined) trades.set(execId, booked(event, event.trade));
    else trades.set(execId, changed(known, event, event.trade));
  }
  return [...trades.values()];
}

type Told = NonNullable<OrderEventFact['trade']>;

function booked({ seq, atMs, exchangeAtMs }: OrderEventFact, trade: Told): OrderTrade {
  const { execId, lastQty, lastPriceInCents, feeInCents } = trade;
  const terms = { lastQty, lastPriceInCents };
  return { execId, seq, atMs, exchangeAtMs, state: 'live', ...terms, feeInCents, changes: [] };
}

function changed(known: OrderTrade, event: OrderEventFact, told: Told): OrderTrade {
  const { kind, seq, atMs, exchangeAtMs } = event;
  const state = kind === 'trade_busted' ? 'busted' : 'corrected';
  const { lastQty, lastPriceInCents } = known;
  const change = {
    kind: state,
    seq,
    atMs,
    exchangeAtMs,
    previous: { lastQty, lastPriceInCents },
  } as const;
  return {
    ...known,
    ...(state === 'busted'
      ? {}
      : { lastQty: told.lastQty, lastPriceInCents: told.lastPriceInCents }),
    state,
    feeInCents: known.feeInCents + told.feeInCents,
    changes: [...known.changes, change],
  };
}
