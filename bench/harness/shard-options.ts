// How an order shard is set up that a bench runs by hand: as the product's, without the bounds that
// a customer meets who places orders in a hurry.
import type { ShardMap } from '../../src/actors/addresses.ts';
import type { OrderShardOptions } from '../../src/actors/order-shard/order-shard.ts';
import { FEES, LIMITS } from '../../src/limits.ts';

const NO_LIMIT = 1_000_000;

export function unhurriedOptions(
  shards: ShardMap,
  recentIntents: number = LIMITS.recentIntents,
): Omit<OrderShardOptions, 'store' | 'anchors'> {
  return {
    shards,
    fees: FEES,
    preTrade: {
      limits: {
        orderSharesMax: LIMITS.orderSharesMaxDefault,
        orderValueMaxInCents: LIMITS.orderValueMaxInCentsDefault,
        ordersPerSecondMax: NO_LIMIT,
        duplicateWindowMs: 0,
      },
      protectionBps: LIMITS.marketProtectionBps,
      collarBps: LIMITS.limitCollarBps,
      recentIntents,
    },
    placing: {
      notAfterMs: LIMITS.notAfterMs,
      absenceWindowMs: LIMITS.absenceWindowMs,
      submitAskMs: LIMITS.submitAskMs,
    },
    recallAskMs: LIMITS.tradingStateMs,
    cancelling: {
      cancelAskMs: LIMITS.cancelAskMs,
      backoffMinMs: LIMITS.cancelRetryMinMs,
      backoffMaxMs: LIMITS.cancelRetryMaxMs,
    },
    bounds: {
      indexLagMs: LIMITS.indexLagMs,
      clockSkewMs: LIMITS.clockSkewMs,
      settleWindowMs: LIMITS.settleWindowMs,
    },
    lateAck: 'cancel',
  };
}
