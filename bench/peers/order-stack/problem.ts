// Refusals, with the codes and statuses that Outcry gives them.

const STATUSES = {
  malformed_json: 400,
  invalid_body: 400,
  unauthenticated: 401,
  not_found: 404,
  order_not_found: 404,
  order_closed: 409,
  cancel_rejected: 409,
  insufficient_buying_power: 422,
  insufficient_shares: 422,
  market_closed: 422,
  symbol_halted: 422,
  unknown_symbol: 422,
  price_not_on_tick: 422,
  price_outside_collar: 422,
  order_value_too_large: 422,
  order_too_large: 422,
  rejected_by_exchange: 422,
  not_sent: 422,
  internal_error: 500,
  no_reference_price: 503,
  busy: 503,
} as const;

export type ProblemCode = keyof typeof STATUSES;

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export function problem(code: ProblemCode, members: object = {}): Answer {
  const status = STATUSES[code];
  return { status, body: JSON.stringify({ type: `/problems/${code}`, status, code, ...members }) };
}
