// How long the exchange's word was missing after a kill: of each order that the kill had caught in
// the middle, from the kill to the event that settled it. Read from the log of events.
import type { UserTruth } from '../history/books-truth.ts';
import { type OrderEvent, orderStories } from '../history/order-stories.ts';

export interface Settlements {
  readonly settledAfterMs: readonly number[];
  /** Never settled. */
  readonly open: number;
}

/** `killsAtMs` rise. An order that several kills caught counts once, from the first. */
export function settlementsOf(
  truths: Iterable<Pick<UserTruth, 'events'>>,
  killsAtMs: readonly number[],
): Settlements {
  const settledAfterMs: number[] = [];
  let open = 0;
  for (const { events } of truths) {
    for (const moves of orderStories(events).values()) {
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
