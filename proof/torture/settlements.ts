// How long the exchange's word was missing after a kill: of each order that the kill had caught in
// the middle, from the kill to the event that settled it. Read from the log of events.
import type { UserEvent } from '../../src/domain/user-event.ts';
import type { UserTruth } from '../history/books-truth.ts';

export interface Settlements {
  readonly settledAfterMs: readonly number[];
  /** Never settled. */
  readonly open: number;
}

type OrderEvent = Exclude<UserEvent, { topic: 'account' }>;

/** `killsAtMs` rise. An order that several kills caught counts once, from the first. */
export function settlementsOf(
  truths: Iterable<Pick<UserTruth, 'events'>>,
  killsAtMs: readonly number[],
): Settlements {
  const settledAfterMs: number[] = [];
  let open = 0;
  for (const { events } of truths) {
    for (const moves of byOrder(events)) {
      for (const { fromMs, toMs } of spansInTheMiddle(moves)) {
        const killedAtMs = killsAtMs.find((atMs) => atMs >= fromMs && atMs < toMs);
        if (killedAtMs === undefined) continue;
        if (toMs === Infinity) open++;
        else settledAfterMs.push(toMs - killedAtMs);
      }
    }
  }
  return { settledAfterMs, open };
}

function byOrder(events: readonly UserEvent[]): Iterable<OrderEvent[]> {
  const orders = new Map<string, OrderEvent[]>();
  for (const event of events) {
    if (event.topic === 'account') continue;
    const moves = orders.get(event.order.id);
    if (moves === undefined) orders.set(event.order.id, [event]);
    else moves.push(event);
  }
  return orders.values();
}

function spansInTheMiddle(moves: readonly OrderEvent[]) {
  const spans: { readonly fromMs: number; readonly toMs: number }[] = [];
  let fromMs: number | null = null;
  for (const { atMs, order } of moves) {
    const isInTheMiddle = order.status === 'pending' || order.status === 'pending_cancel';
    if (isInTheMiddle) fromMs ??= atMs;
    else if (fromMs !== null) {
      spans.push({ fromMs, toMs: atMs });
      fromMs = null;
    }
  }
  if (fromMs !== null) spans.push({ fromMs, toMs: Infinity });
  return spans;
}
