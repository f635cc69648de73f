// DELETE /orders: asks for a cancel of every open order of the caller, or of those of one symbol or
// side; one result per order. Repeating it changes nothing.
import { Type } from 'typebox';
import { shardOf } from '../../actors/addresses.ts';
import type { CancelOrder, ListOpenOrderIds } from '../../actors/order-shard/protocol.ts';
import type { Side } from '../../domain/order.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import { problem } from '../problem.ts';
import { json, type Route } from '../route.ts';
import { shape } from '../shape.ts';
import { readFailure } from './ask-failure.ts';
import { cancelResultOf } from './cancel-result.ts';
import { symbolName } from './shapes.ts';

interface Selection {
  readonly symbol?: string;
  readonly position?: Side;
}

export const cancelOrders: Route<unknown, Selection> = {
  method: 'DELETE',
  path: '/orders',
  auth: 'user',
  takesWait: true,
  query: shape({
    symbol: Type.Optional(symbolName),
    position: Type.Optional(Type.Enum(['buy', 'sell'])),
  }),

  async handle({ principal: { userId }, query, waitMs }, { edge, shards, catalogue }) {
    const { symbol = null, position: side = null } = query;
    if (symbol !== null) {
      if (!catalogue.isLoaded) return problem('not_ready');
      // A cancel of everything that finds nothing reads as done: a misspelt symbol must not.
      if (catalogue.get(symbol) === null) {
        return problem('unknown_symbol', { status: 422, members: { symbol } });
      }
    }
    const shard = shardOf(userId, shards);
    const found = await edge.ask<ListOpenOrderIds>(
      shard,
      { kind: 'ListOpenOrderIds', userId, symbol, side, max: LIMITS.cancelAllMax },
      LIMITS.readAskMs,
    );
    if (isAskFailure(found)) return readFailure(found);
    const cancel = async (orderId: string) => {
      const command = { kind: 'CancelOrder', userId, orderId, waitMs } as const;
      const reply = await edge.ask<CancelOrder>(shard, command, waitMs + LIMITS.askMarginMs);
      return cancelResultOf(orderId, reply);
    };
    const results = await Promise.all(found.orderIds.map(cancel));
    const isSettled = results.every(({ outcome }) => outcome !== 'unknown');
    const outcome = isSettled ? 'accepted' : 'unknown';
    return json(isSettled ? 200 : 202, { outcome, results, hasMore: found.hasMore });
  },
};
