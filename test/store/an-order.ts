// One order as a store is given it, by its key: what the exchange has said of it, and what is kept
// beside that.
import { deriveOrder } from '../../src/domain/derive-order.ts';
import {
  NO_FACTS,
  type Order,
  type OrderFacts,
  type OrderIntent,
  type OrderKeeping,
  orderOf,
} from '../../src/domain/order.ts';

export function anOrder(
  key: string,
  changed: Partial<OrderFacts> = {},
  kept: Partial<OrderKeeping> = {},
): Order {
  const intent: OrderIntent = {
    id: `ord_00${key.padStart(9, '0')}abcde`,
    userId: 'usr_00ada',
    idempotencyKey: key,
    venue: 'SIM',
    symbol: 'IBM',
    side: 'buy',
    orderType: 'limit',
    timeInForce: 'day',
    priceInCents: 100,
    limitPriceInCents: 100,
    referencePriceInCents: 101,
    numShares: 10,
    createdAtMs: 1,
    sendAttemptedAtMs: 1,
    notAfterMs: 2,
  };
  const keeping = { feeInCents: 0, cancelRequestedAtMs: null, updatedAtMs: 1, version: 1, ...kept };
  const facts = { ...NO_FACTS, ...changed };
  return orderOf(intent, facts, deriveOrder(intent, facts), keeping);
}
