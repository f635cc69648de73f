// Reads that need no actor: answered from read-only connections in a pool of worker threads, after
// the commits that the asker has seen.
import type { Order, OrderStatus } from '../../domain/order.ts';
import type { ReplyTo } from '../../runtime/actor.ts';

export interface ListOrders {
  readonly kind: 'ListOrders';
  readonly userId: string;
  /** Empty: all. */
  readonly statuses: readonly OrderStatus[];
  readonly symbol: string | null;
  readonly updatedSinceMs: number | null;
  readonly limit: number;
  /** Orders to pass over (page), counted from the newest. */
  readonly offset: number;
  /** Only orders with a smaller id than this (cursor). */
  readonly beforeId: string | null;
  readonly replyTo: ReplyTo<ListOrdersReply>;
}

export interface ListOrdersReply {
  readonly outcome: 'orders';
  /** Newest first by id. */
  readonly orders: readonly Order[];
  readonly hasMore: boolean;
}

export type ReadPoolCommand = ListOrders;
