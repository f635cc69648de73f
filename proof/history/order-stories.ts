// A user's log of events, order by order: what happened to each, oldest first.
import type { UserEvent } from '../../src/domain/user-event.ts';
import { groupBy } from './group-by.ts';

/** Of an order or of one of its trades. */
export type OrderEvent = Exclude<UserEvent, { readonly topic: 'account' }>;

/** By order id. */
export function orderStories(events: readonly UserEvent[]): Map<string, OrderEvent[]> {
  const own = events.filter((event) => event.topic !== 'account');
  return groupBy(own, ({ order }) => order.id);
}
