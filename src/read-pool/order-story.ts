// What is known of one order, told as a timeline or as its trades, from one commit.
import type {
  GetTimeline,
  ListTrades,
  TimelineReply,
  TradesReply,
} from '../actors/read-pool/protocol.ts';
import type { OrderFact } from '../domain/order-fact.ts';
import { tradesOf } from '../domain/order-trades.ts';
import { type Rejection, rejection } from '../domain/reject-codes.ts';
import { timelineOf } from '../domain/timeline.ts';
import { LIMITS } from '../limits.ts';
import type { Asked } from '../runtime/actor.ts';
import type { KnownOrder, OrderHistory } from '../store/order-history.ts';
import type { ShardReader } from '../store/shard-reader.ts';

export function timelineReply(
  { userId, orderId, afterSeq }: Asked<GetTimeline>,
  reader: ShardReader,
): TimelineReply | Rejection {
  return reader.snapshot(() => {
    const known = reader.history.find(userId, orderId);
    if (known === null) return rejection('order_not_found', { orderId });
    return timelinePage(known, afterSeq, reader.history);
  });
}

/** What has no place among the events comes with the last page. */
function timelinePage(known: KnownOrder, afterSeq: number, history: OrderHistory): TimelineReply {
  const max = LIMITS.timelinePageMax;
  const events = history.events(known, afterSeq, max + 1);
  const last = events.length > max ? events[max - 1] : undefined;
  const facts: OrderFact[] = events.slice(0, max);
  if (last === undefined) {
    facts.push(...history.incidents(known, max), ...history.earlyAmendments(known, max));
  }
  return { outcome: 'timeline', entries: timelineOf(facts), nextAfterSeq: last?.seq ?? null };
}

export function tradesReply(
  { userId, orderId }: Asked<ListTrades>,
  reader: ShardReader,
): TradesReply | Rejection {
  return reader.snapshot(() => {
    const known = reader.history.find(userId, orderId);
    if (known === null) return rejection('order_not_found', { orderId });
    const max = LIMITS.orderTradesMax;
    const events = reader.history.tradeEvents(known, max + 1);
    const trades = tradesOf(events.slice(0, max));
    return { outcome: 'trades', trades, hasMore: events.length > max };
  });
}
