// What may be told to go wrong: each fault with what it strikes and when. A plan is data; the same
// plan and seed against the same requests give the same faults.

/** Exactly one of `at`, `share` and `afterMs` decides; a share may begin after a time. */
export interface When {
  /** The n-th, counted from 1 since the plan began. */
  readonly at: number | null;
  /** From 0 to 1, drawn each time. */
  readonly share: number | null;
  /** Since the plan began: the first from then on. */
  readonly afterMs: number | null;
  /** How many in a row, with `at` and `afterMs`. */
  readonly times: number;
}

export const REQUEST_FAULTS = [
  'drop-request',
  'drop-reply',
  'late-reply',
  'slow',
  '5xx-before',
  '5xx-after-accept',
  'trade-before-ack',
] as const;
export const ORDER_FAULTS = ['reject', 'late-reject', 'partial'] as const;
export const TRADE_FAULTS = ['bust', 'correct'] as const;
export const FRAME_FAULTS = ['duplicate', 'reorder', 'gap'] as const;
export const OUTAGES = ['half-open', 'restart', 'lose-book', 'cut-feeds'] as const;

export const REQUESTS = ['place', 'cancel', 'query', 'any'] as const;
export const FEEDS = ['executions', 'prices'] as const;

export type RequestFaultName = (typeof REQUEST_FAULTS)[number];
export type AmendmentName = (typeof TRADE_FAULTS)[number];

/** Strikes a request as a whole; `at` counts the orders, cancels or questions in them. */
export interface RequestFault {
  readonly family: 'request';
  readonly fault: RequestFaultName;
  readonly on: (typeof REQUESTS)[number];
  readonly delayMs: number;
  /** The connection is cut, instead of saying nothing for ever. */
  readonly reset: boolean;
  readonly when: When;
}

/** Strikes one order. */
export interface OrderFault {
  readonly family: 'order';
  readonly fault: (typeof ORDER_FAULTS)[number];
  readonly when: When;
}

/** Strikes one trade, so long after it. */
export interface TradeFault {
  readonly family: 'trade';
  readonly fault: AmendmentName;
  readonly delayMs: number;
  readonly when: When;
}

/** Strikes one frame as it is published; whoever resumes later reads it as it is. */
export interface FrameFault {
  readonly family: 'frame';
  readonly fault: (typeof FRAME_FAULTS)[number];
  readonly feed: (typeof FEEDS)[number];
  readonly when: When;
}

/** Strikes the whole exchange: at a time, or when the n-th order has been taken. */
export interface Outage {
  readonly family: 'outage';
  readonly fault: (typeof OUTAGES)[number];
  readonly forMs: number;
  readonly loseBook: boolean;
  /** Again and again, so long after its last beginning; null for once. */
  readonly everyMs: number | null;
  readonly when: When;
}

export type Fault = RequestFault | OrderFault | TradeFault | FrameFault | Outage;

export interface FaultPlan {
  readonly faults: readonly Fault[];
  /** Null: the seed of the command line. */
  readonly seed: number | null;
}

/** How long a customer waits in vain, most of the time, and still less than a request may take. */
export const LATE_MS = 3_000;
export const SLOW_MS = 300;
export const AMEND_AFTER_MS = 500;
/** How long the feed is given to bring a trade before the reply goes out. */
export const TRADE_LEAD_MS = 500;
