// An account's events and orders hang together as chains, from the newest back: an index by account
// would take a page of its own for nearly every row, in the log and in the file. The account's row
// names the newest of both; each names the one before it.

/** An event also names the last one before it whose sequence is a multiple of this: a leap. */
export const EVENTS_PER_LEAP = 64;

/**
 * A table `walk(event_no, seq)`: the events of @accountNo with sequences from @through down to
 * above @after, newest first, and a few above @through that lead there.
 */
export const EVENT_WALK = `
  WITH RECURSIVE walk(event_no, seq) AS (
    SELECT event_no, seq FROM accounts JOIN events ON event_no = last_event_no
    WHERE accounts.account_no = @accountNo AND seq > @after
    UNION ALL
    SELECT earlier.event_no, earlier.seq
    FROM walk
    CROSS JOIN events AS later ON later.event_no = walk.event_no
    CROSS JOIN events AS earlier ON earlier.event_no =
      CASE WHEN (later.seq - 1) / ${EVENTS_PER_LEAP} * ${EVENTS_PER_LEAP} >= @through
      THEN later.leap_event_no ELSE later.prior_event_no END
    WHERE walk.seq > @after + 1
    ORDER BY 2 DESC
  )`;

/** What bounds a walk. Sequences are dense and begin with 1. */
export interface EventWalk {
  readonly accountNo: number;
  readonly after: number;
  readonly through: number;
}

/** `start` gives one order number, or none. A table `walk(order_no)`: it and those before it. */
export function orderWalk(start: string): string {
  return `
  WITH RECURSIVE walk(order_no) AS (
    SELECT order_no FROM orders WHERE order_no = (${start})
    UNION ALL
    SELECT orders.prior_order_no FROM walk CROSS JOIN orders USING (order_no)
    WHERE orders.prior_order_no IS NOT NULL
    ORDER BY 1 DESC
  )`;
}
