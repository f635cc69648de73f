// What an execution says about its order, as facts. Sums are taken from the newest execution and a
// last word is said once, so the order of arrival and repetitions cannot matter.
import type { Execution } from './execution.ts';
import { isDoneAtVenue, type OrderFacts } from './order.ts';
import type { TradeTerms } from './trade-terms.ts';

export type VenueCount = Partial<Pick<OrderFacts, 'venueSeq' | 'venueCumQty'>>;

/** The exchange's own count, if this execution is newer than those seen. */
export function countOf(
  known: OrderFacts,
  { seq, cumQty }: Pick<Execution, 'seq' | 'cumQty'>,
): VenueCount {
  return seq > known.venueSeq ? { venueSeq: seq, venueCumQty: cumQty } : {};
}

/** The sums over the live trades once the terms of one have become others; no terms are 0 x 0. */
export function sumsAfter(known: OrderFacts, from: TradeTerms, to: TradeTerms) {
  return {
    cumQty: known.cumQty + to.lastQty - from.lastQty,
    cumNotionalInCents:
      known.cumNotionalInCents +
      to.lastQty * to.lastPriceInCents -
      from.lastQty * from.lastPriceInCents,
  };
}

/** Cancelled, expired or rejected. Another kind of end after the first changes nothing. */
export function endOf(known: OrderFacts, execution: Execution): Partial<OrderFacts> {
  const { seq, cumQty } = execution;
  const reason = execution.reason ?? execution.execKind;
  const word = endWord(known, execution.execKind, reason);
  if (word === null) return {};
  const isNews = !isDoneAtVenue(known);
  return {
    ...(isNews ? word : {}),
    ...countOf(known, execution),
    finalSeq: Math.max(known.finalSeq, seq),
    finalCumQty: known.finalCumQty ?? cumQty,
  };
}

/** The same from an answer, which has no place in the feed's sequence. */
export function answeredEndOf(
  known: OrderFacts,
  status: 'filled' | 'cancelled' | 'expired' | 'rejected',
  { reason, cumQty }: { readonly reason: string | null; readonly cumQty: number },
): Partial<OrderFacts> {
  if (isDoneAtVenue(known) || status === 'filled') return {};
  const word = endWord(known, status, reason ?? status);
  return word === null ? {} : { ...word, finalCumQty: cumQty };
}

function endWord(known: OrderFacts, how: string, reason: string): Partial<OrderFacts> | null {
  switch (how) {
    case 'cancelled':
      if (reason === 'busted') return { closedAtVenue: reason };
      return {
        cancelled: reason === 'requested' && known.cancelsRequested > 0 ? 'by_user' : reason,
      };
    case 'expired':
      return { expired: reason };
    case 'rejected':
      return { venueRejected: reason };
    default:
      return null;
  }
}
