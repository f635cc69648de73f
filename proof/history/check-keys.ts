// One idempotency key: of all requests that carried it at most one has made an order, the others
// came before and found the key unused, or after and were told of that order. Accepts exactly the
// histories that some moment of making explains.
import { isDeepStrictEqual } from 'node:util';
import type { KeyedOrder, Shown } from './books-truth.ts';
import { isReplay, type Operation, orderIn } from './history.ts';
import { hasMomentOfMaking, type Role } from './moment-of-making.ts';

/** `operations`: every POST /order of one user with this key. `made` is null when there is none. */
export function checkKey(
  key: string,
  operations: readonly Operation[],
  made: KeyedOrder | null,
): string[] {
  if (made === null) return operations.flatMap((operation) => orderlessProblem(key, operation));
  const problems = operations.flatMap((operation) => answerProblems(key, operation, made));
  if (problems.length > 0) return problems;
  const parts = operations.map((operation) => ({ ...operation, role: roleOf(operation, made) }));
  return hasMomentOfMaking(parts)
    ? []
    : [`key ${key}: no moment at which ${made.orderId} was made explains all of its answers`];
}

function orderlessProblem(key: string, operation: Operation): string[] {
  if (isMismatch(operation)) {
    return [`key ${key}: other terms were found under it, and there is no order`];
  }
  if (operation.outcome !== 'ok') return [];
  const id = orderIn(operation)?.['id'];
  return [`key ${key}: ${id} was acknowledged (${operation.answer?.status}) and is lost`];
}

/** What no moment could explain. */
function answerProblems(key: string, operation: Operation, made: KeyedOrder): string[] {
  const { answer, outcome, request } = operation;
  const isSame = isSameOrder(request.body ?? {}, made.terms);
  if (outcome === 'ok') {
    const id = orderIn(operation)?.['id'];
    if (id !== made.orderId) return [`key ${key}: it names two orders, ${id} and ${made.orderId}`];
    if (!isSame) return [`key ${key}: other terms than those of ${id} were taken under it`];
  }
  if (isMismatch(operation) && isSame) return [`key ${key}: the same terms were called others`];
  if (isMismatch(operation) && answer?.body['orderId'] !== made.orderId) {
    return [`key ${key}: ${answer?.body['orderId']} was named in place of ${made.orderId}`];
  }
  return [];
}

function roleOf(operation: Operation, made: KeyedOrder): Role {
  switch (operation.outcome) {
    case 'ok':
      return isReplay(operation) ? 'found_used' : 'maker';
    case 'unknown':
      return isSameOrder(operation.request.body ?? {}, made.terms) ? 'possible_maker' : 'bystander';
    case 'fail':
      if (isMismatch(operation)) return 'found_used';
      return CHECKS.has(String(operation.answer?.body['code'])) ? 'found_unused' : 'bystander';
  }
}

/** Refusals that the shard gives only after it has looked for the key, and in vain. */
const CHECKS: ReadonlySet<string> = new Set([
  'account_reconciling',
  'account_restricted',
  'controls_unknown',
  'duplicate_order',
  'exchange_unavailable',
  'insufficient_buying_power',
  'insufficient_shares',
  'market_closed',
  'no_reference_price',
  'order_too_large',
  'order_value_too_large',
  'price_not_on_tick',
  'price_outside_collar',
  'rate_limited',
  'reduce_only',
  'symbol_halted',
  'trading_halted',
  'unknown_symbol',
  'wash_trade_risk',
]);

function isMismatch({ outcome, answer }: Operation): boolean {
  return outcome === 'fail' && answer?.body['code'] === 'idempotency_mismatch';
}

function isSameOrder(body: Shown, terms: Shown): boolean {
  const asked = { timeInForce: 'day', priceInCents: null, ...body };
  return isDeepStrictEqual(asked, { ...terms });
}
