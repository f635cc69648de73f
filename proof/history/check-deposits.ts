// One key of a deposit or withdrawal: booked once if it was acknowledged, never if every request
// was refused, once or never if nobody knows.
import type { KeyedDeposit } from './books-truth.ts';
import type { Operation } from './history.ts';

export function checkDeposit(
  key: string,
  operations: readonly Operation[],
  booked: KeyedDeposit | null,
): string[] {
  const isAcknowledged = operations.some(({ outcome }) => outcome === 'ok');
  if (booked === null) {
    return isAcknowledged ? [`deposit ${key}: it was acknowledged and is lost`] : [];
  }
  if (operations.every(({ outcome }) => outcome === 'fail')) {
    return [`deposit ${key}: every request was refused, and it is booked`];
  }
  const isAsked = operations.some(({ request }) => {
    const sign = request.path.endsWith('/withdrawals') ? -1 : 1;
    const { asset, amount } = request.body ?? {};
    return asset === booked.asset && Number(amount) * sign === booked.amount;
  });
  return isAsked ? [] : [`deposit ${key}: ${booked.amount} ${booked.asset} is not what was asked`];
}
