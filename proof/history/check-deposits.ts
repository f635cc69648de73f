// One key of a deposit or withdrawal: booked once if it was acknowledged, never if every request
// was refused, once or never if nobody knows; and at a moment that explains all the answers.
import type { KeyedDeposit } from './books-truth.ts';
import { isReplay, type Operation } from './history.ts';
import { hasMomentOfMaking, type Role } from './moment-of-making.ts';

export function checkDeposit(
  key: string,
  operations: readonly Operation[],
  booked: KeyedDeposit | null,
): string[] {
  const problems = operations.flatMap((operation) => answerProblems(key, operation, booked));
  if (problems.length > 0 || booked === null) return problems;
  const parts = operations.map((operation) => ({ ...operation, role: roleOf(operation, booked) }));
  const { amount, asset } = booked;
  return hasMomentOfMaking(parts)
    ? []
    : [`deposit ${key}: no moment at which ${amount} ${asset} were booked explains all answers`];
}

/** What no moment could explain. */
function answerProblems(key: string, operation: Operation, booked: KeyedDeposit | null): string[] {
  const isTold = operation.outcome === 'ok';
  if (booked === null) {
    if (isTold) return [`deposit ${key}: it was acknowledged and is lost`];
    return isMismatch(operation) ? [`deposit ${key}: others were found, and none is booked`] : [];
  }
  const isSame = isOf(operation, booked);
  if (isTold && !isSame) return [`deposit ${key}: ${booked.amount} ${booked.asset} is another one`];
  if (isMismatch(operation) && isSame) return [`deposit ${key}: the same was called another`];
  return [];
}

function roleOf(operation: Operation, booked: KeyedDeposit): Role {
  switch (operation.outcome) {
    case 'ok':
      return isReplay(operation) ? 'found_used' : 'maker';
    case 'unknown':
      return isOf(operation, booked) ? 'possible_maker' : 'bystander';
    case 'fail':
      if (isMismatch(operation)) return 'found_used';
      return CHECKS.has(String(operation.answer?.body['code'])) ? 'found_unused' : 'bystander';
  }
}

/** Refusals that the shard gives only after it has looked for the key, and in vain. */
const CHECKS: ReadonlySet<string> = new Set([
  'account_restricted',
  'balance_too_large',
  'exchange_unavailable',
  'insufficient_buying_power',
]);

function isMismatch({ outcome, answer }: Operation): boolean {
  return outcome === 'fail' && answer?.body['code'] === 'idempotency_mismatch';
}

function isOf({ request }: Operation, booked: KeyedDeposit): boolean {
  const sign = request.path.endsWith('/withdrawals') ? -1 : 1;
  const { asset, amount } = request.body ?? {};
  return asset === booked.asset && Number(amount) * sign === booked.amount;
}
