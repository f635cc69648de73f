// An account's events and orders hang together as chains, from the newest back: an index by account
// would take a page of its own for nearly every row, in the log and in the file. The account's row
// names the newest of both; each names the one before it, and an event one further back as well.

/**
 * Sequences at which an event can be leapt to: every 64th from those in between, every 4,096th from
 * a 64th. Written in files: other numbers need a migration.
 */
export const LEAP = 64;
export const FAR_LEAP = 4_096;

/** SQL for the sequence of the event that the one with sequence `seq` leaps to; 0 for none. */
function leapSeqOf(seq: string): string {
  return `iif(${seq} % ${LEAP} = 0,
    (${seq} - 1) / ${FAR_LEAP} * ${FAR_LEAP}, ${seq} / ${LEAP} * ${LEAP})`;
}

/**
 * A table `walk(event_no, seq)`: the events of @accountNo with sequences from @through down to
 * above @after, and before them those above @through that lead there. Of a million that is some
 * hundreds.
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
      iif(${leapSeqOf('later.seq')} >= @through, later.leap_event_no, later.prior_event_no)
    WHERE walk.seq > @after + 1
  )`;

/** What bounds a walk. Sequences are dense and begin with 1; `through` is above `after`. */
export interface EventWalk {
  readonly accountNo: number;
  readonly after: number;
  readonly through: number;
}

/**
 * A table `walk(order_no)`: an order and those of its account before it, newest first. `start` is
 * SQL for the number of the first, whose placeholders come before all others.
 */
export function orderWalk(start: string): string {
  return `
  WITH RECURSIVE walk(order_no) AS (
    SELECT order_no FROM orders WHERE order_no = (${start})
    UNION ALL
    SELECT orders.prior_order_no FROM walk CROSS JOIN orders USING (order_no)
    WHERE orders.prior_order_no IS NOT NULL
  )`;
}
