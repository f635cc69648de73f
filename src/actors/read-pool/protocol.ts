// Reads that need no actor: answered from read-only connections in a pool of worker threads, after
// the commits that the asker has seen.
import type { Order } from '../../domain/order.ts';
import type { OrderQuery } from '../../domain/order-query.ts';
import type { ReplyTo } from '../../runtime/actor.ts';

export interface ListOrders extends OrderQuery {
  readonly kind: 'ListOrders';
  readonly replyTo: ReplyTo<ListOrdersReply>;
}

export interface ListOrdersReply {
  readonly outcome: 'orders';
  /** Newest first by id. */
  readonly orders: readonly Order[];
  readonly hasMore: boolean;
}

export type ReadPoolCommand = ListOrders;
