// A question for a list of one user's orders.
import type { OrderStatus } from './order.ts';

export interface OrderQuery {
  readonly userId: string;
  /** Empty: all. */
  readonly statuses: readonly OrderStatus[];
  readonly symbol: string | null;
  readonly updatedSinceMs: number | null;
  readonly limit: number;
  /** Orders to pass over (page), counted from the newest. */
  readonly offset: number;
  /** Only orders older than this one (cursor). */
  readonly beforeId: string | null;
}
