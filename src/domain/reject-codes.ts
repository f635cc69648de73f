// Every refusal the broker can give, once. Tested in this order; mapped to HTTP in the gateway's
// table; documented in docs/http-api.md (the tidy test compares).

/** Refusals of a command by an order shard: nothing was stored, no idempotency key was consumed. */
export const REJECT_CODES = [
  'idempotency_mismatch',
  'controls_unknown',
  'exchange_unavailable',
  'account_reconciling',
  'busy',
  'rate_limited',
  'trading_halted',
  'reduce_only',
  'unknown_symbol',
  'market_closed',
  'symbol_halted',
  'no_reference_price',
  'price_not_on_tick',
  'order_too_large',
  'order_value_too_large',
  'price_outside_collar',
  'duplicate_order',
  'wash_trade_risk',
  'account_restricted',
  'balance_too_large',
  'insufficient_buying_power',
  'insufficient_shares',
  'order_not_found',
  'order_closed',
] as const;
export type RejectCode = (typeof REJECT_CODES)[number];

/** Why an order ended `failed`. Only a definite answer does that. */
export const FAIL_CODES = ['rejected_by_exchange', 'not_sent', 'not_found_at_exchange'] as const;
export type FailCode = (typeof FAIL_CODES)[number];

/** Whether and how a client may try again without risk of a second order. */
export type Retry = 'same_key' | 'new_key' | 'no';

/** What to change, in numbers and names: shown to the user beside the code's sentence. */
export type RejectDetail = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface Rejection {
  readonly outcome: 'rejected';
  readonly code: RejectCode;
  readonly detail: RejectDetail;
  readonly retry: Retry;
}

export function rejection(
  code: RejectCode,
  detail: RejectDetail = {},
  retry: Retry = 'no',
): Rejection {
  return { outcome: 'rejected', code, detail, retry };
}
