// Every refusal as RFC 9457 problem+json, from one table: code -> status, title, sentence, retry.
// The codes are stable and documented in docs/http-api.md (the tidy test compares).
import type {
  FailCode,
  RejectCode,
  RejectDetail,
  Rejection,
  Retry,
} from '../domain/reject-codes.ts';
import type { Answer, Headers, JsonAnswer } from './route.ts';

export interface Problem {
  readonly status: number;
  readonly title: string;
  /** What a user is told when the refusal carries no sentence of its own. */
  readonly sentence: string;
  readonly retry: Retry;
  readonly retryAfterS?: number;
}

const EDGE_PROBLEMS = {
  malformed_json: row(400, 'Malformed JSON', 'The body is not valid JSON in UTF-8.'),
  empty_body: row(400, 'Empty body', 'This request needs a JSON body.'),
  invalid_body: row(400, 'Invalid body', 'The body does not fit the schema; see `errors`.'),
  invalid_query: row(400, 'Invalid query', 'A query parameter is unknown or wrong; see `errors`.'),
  invalid_id: row(400, 'Invalid id', 'The id in the path is not well formed.'),
  invalid_header: row(400, 'Invalid header', 'A request header is not well formed; see `errors`.'),
  invalid_cursor: row(400, 'Invalid cursor', 'The cursor is not one that this API gave out.'),
  unauthenticated: row(401, 'Not signed in', 'The token is missing, not valid or expired.'),
  invalid_credentials: row(401, 'Wrong credentials', 'The e-mail or the password is wrong.'),
  forbidden: row(403, 'Forbidden', 'This needs the admin role.'),
  sandbox_only: row(
    403,
    'Sandbox only',
    '`Outcry-Sandbox-Fault` is for demo mode; leave it out to place a real order.',
  ),
  not_found: row(404, 'Not found', 'There is nothing at this path.'),
  email_taken: row(409, 'E-mail taken', 'There is a user with this e-mail already.'),
  user_not_found: row(404, 'User not found', 'There is no such user.'),
  method_not_allowed: row(405, 'Method not allowed', 'The path does not take this method.'),
  body_too_large: row(413, 'Body too large', 'A body may have 16 KB at the most.'),
  unsupported_media_type: row(
    415,
    'Unsupported media type',
    'The body must be sent as `Content-Type: application/json`.',
  ),
  house_trade_not_found: row(404, 'No such trade', 'The house has no such trade.'),
  house_trade_decided: row(409, 'Decided already', 'Something else was decided about this trade.'),
  cancel_rejected: row(
    409,
    'Cancel rejected',
    'The exchange refused the cancel and the order is still open.',
    'same_key',
  ),
  stream_not_found: row(404, 'Stream not found', 'You have no such stream open.'),
  too_many_streams: row(
    429,
    'Too many streams',
    'The user has as many streams open as are allowed.',
    'same_key',
    1,
  ),
  internal_error: row(500, 'Internal error', 'Something went wrong on our side.', 'same_key'),
  too_many_logins: row(503, 'Too many logins', 'Too many logins wait already.', 'same_key', 2),
  not_ready: row(503, 'Not ready', 'The broker is still starting.', 'same_key', 1),
  shutting_down: row(503, 'Shutting down', 'This server is stopping.', 'same_key', 2),
  outcome_unknown: row(
    504,
    'Outcome unknown',
    'No answer came in time; ask again with the same key to learn what became of it.',
    'same_key',
    1,
  ),
} as const;

const ORDER_PROBLEMS: Readonly<Record<RejectCode, Problem>> = {
  idempotency_mismatch: row(
    422,
    'Idempotency key reused',
    'This key belongs to an earlier request with other terms.',
    'new_key',
  ),
  exchange_unavailable: row(
    503,
    'Exchange unavailable',
    'The exchange cannot be reached; nothing was stored.',
    'same_key',
    2,
  ),
  account_reconciling: row(
    503,
    'Account reconciling',
    'Earlier orders of this account are still being settled with the exchange.',
    'same_key',
    2,
  ),
  busy: row(503, 'Busy', 'There was no room for the request; nothing happened.', 'same_key', 1),
  price_not_on_tick: row(422, 'Price not on a tick', 'The price is no multiple of the tick.'),
  controls_unknown: row(
    503,
    'Trading controls unknown',
    'The broker has not yet heard whether trading is halted; nothing was stored.',
    'same_key',
    1,
  ),
  trading_halted: row(422, 'Trading halted', 'No new orders are taken; cancels are.'),
  reduce_only: row(422, 'Reduce only', 'Only orders that reduce the position are taken.'),
  rate_limited: row(429, 'Too many orders', 'The account placed too many orders.', 'same_key', 1),
  unknown_symbol: row(404, 'Unknown symbol', 'The exchange does not list this symbol.'),
  market_closed: row(422, 'Market closed', 'The session is closed.'),
  symbol_halted: row(422, 'Symbol halted', 'Trading in this symbol is halted.'),
  no_reference_price: row(
    422,
    'No price',
    'There is no fresh price to check against.',
    'same_key',
    2,
  ),
  order_too_large: row(422, 'Order too large', 'More shares than an order may have.'),
  order_value_too_large: row(422, 'Order value too large', 'Worth more than an order may be.'),
  price_outside_collar: row(422, 'Price outside the collar', 'Too far from the last price.'),
  duplicate_order: row(
    422,
    'Duplicate order',
    'The same order was placed a moment ago under another key.',
  ),
  wash_trade_risk: row(422, 'Wash trade risk', 'It could trade with an open order of your own.'),
  account_restricted: row(
    422,
    'Account restricted',
    'Cash cannot leave an account that is restricted.',
  ),
  balance_too_large: row(
    422,
    'Balance too large',
    'The balance would be larger than can be counted to the cent.',
  ),
  insufficient_buying_power: row(422, 'Insufficient buying power', 'The cash does not suffice.'),
  insufficient_shares: row(422, 'Insufficient shares', 'Fewer shares are available than are sold.'),
  order_not_found: row(404, 'Order not found', 'There is no such order.'),
  order_closed: row(409, 'Order closed', 'The order is closed and cannot be cancelled.'),
};

const FAIL_PROBLEMS: Readonly<Record<FailCode, Problem>> = {
  rejected_by_exchange: row(
    422,
    'Rejected by the exchange',
    'The exchange refused the order.',
    'new_key',
  ),
  not_sent: row(422, 'Not sent', 'The order never left for the exchange.', 'new_key'),
  not_found_at_exchange: row(
    422,
    'Not found at the exchange',
    'The exchange never took the order.',
    'new_key',
  ),
};

export type ProblemCode = keyof typeof EDGE_PROBLEMS | RejectCode | FailCode;

export const PROBLEMS: Readonly<Record<ProblemCode, Problem>> = {
  ...EDGE_PROBLEMS,
  ...ORDER_PROBLEMS,
  ...FAIL_PROBLEMS,
};

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export interface ProblemExtras {
  readonly status?: number;
  readonly detail?: string;
  readonly retry?: Retry;
  readonly instance?: string;
  /** Members of their own beside the standard ones, which they cannot overwrite. */
  readonly members?: RejectDetail | Readonly<Record<string, unknown>>;
  readonly errors?: readonly FieldError[];
  readonly headers?: Headers;
}

export function problem(code: ProblemCode, extras: ProblemExtras = {}): JsonAnswer {
  const { title, sentence, retry, retryAfterS, status: usualStatus } = PROBLEMS[code];
  const status = extras.status ?? usualStatus;
  return {
    kind: 'json',
    status,
    contentType: 'application/problem+json',
    headers: {
      ...(retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) }),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...extras.headers,
    },
    body: {
      ...extras.members,
      type: `urn:outcry:problem:${code}`,
      title,
      status,
      detail: extras.detail ?? sentence,
      code,
      retry: extras.retry ?? retry,
      ...(extras.instance === undefined ? {} : { instance: extras.instance }),
      ...(extras.errors === undefined ? {} : { errors: extras.errors }),
    },
  };
}

/** A write that was refused has changed nothing, unless its answer says that nobody knows. */
export function withOutcome(answer: Answer): Answer {
  if (answer.kind !== 'json' || answer.contentType !== 'application/problem+json') return answer;
  return { ...answer, body: { outcome: 'rejected', ...answer.body } };
}

/**
 * A refusal of the shard, with what to change in numbers and names; `status` is HTTP's in here, so
 * an order's is renamed.
 */
export function rejectionProblem(rejection: Rejection, status?: number): JsonAnswer {
  const { status: orderStatus, ...detail } = rejection.detail;
  return problem(rejection.code, {
    members: orderStatus === undefined ? detail : { ...detail, orderStatus },
    retry: rejection.retry,
    ...(status === undefined ? {} : { status }),
  });
}

function row(
  status: number,
  title: string,
  sentence: string,
  retry: Retry = 'no',
  retryAfterS?: number,
): Problem {
  return { status, title, sentence, retry, ...(retryAfterS === undefined ? {} : { retryAfterS }) };
}
