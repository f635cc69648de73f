// The hard cases that can be read off an order's events: each is a look at two neighbours.
import type { Order } from '../../src/domain/order.ts';
import type { UserTruth } from '../history/books-truth.ts';
import { type OrderEvent, orderStories } from '../history/order-stories.ts';

type Case = (event: OrderEvent, before: Order | null) => boolean;

const CASES: Readonly<Record<string, Case>> = {
  'a fill while a cancel waits (E07)': (event, before) =>
    event.kind === 'order_traded' && before?.status === 'pending_cancel',
  'a fill that wins against a cancel (E07)': ({ order }, before) =>
    order.status === 'filled' && before?.status === 'pending_cancel',
  'a cancel refused (E13)': ({ kind }) => kind === 'order_cancel_rejected',
  'a cancel without an answer (E16)': ({ kind }) => kind === 'order_cancel_unanswered',
  'a cancel before the acknowledgement (E15)': (event, before) =>
    event.kind === 'order_cancel_requested' && before?.externalOrderId === null,
  'a part fill, then the cancel (E20)': ({ kind, order }) =>
    kind === 'order_cancelled' && order.cumQty > 0,
  'a fill after the end that the exchange had counted (E20)': (event, before) =>
    event.kind === 'order_traded' && before !== null && !before.isOpen,
  'an acknowledgement of what was to be cancelled (E15)': ({ kind, order }) =>
    kind === 'order_submitted' && order.status === 'pending_cancel',
  'a bust (E26)': ({ kind }) => kind === 'trade_busted',
  'a correction (E29)': ({ kind }) => kind === 'trade_corrected',
  'a bust that reopens a filled order (E26)': ({ kind, order }, before) =>
    kind === 'trade_busted' && before?.isOpen === false && order.isOpen,
  'an order busted when it was done at the exchange (E26)': ({ order }) =>
    order.closedAtVenue === 'busted',
  'an expiry (E23)': ({ kind }) => kind === 'order_expired',
  'a market order without liquidity (E36)': ({ kind, order }) =>
    kind === 'order_cancelled' && order.orderType === 'market',
  'a refusal by the exchange': ({ order }) => order.venueRejected !== null,
};

export function orderCases(truths: readonly UserTruth[]): Record<string, number> {
  const counts = Object.fromEntries(Object.keys(CASES).map((name) => [name, 0]));
  for (const { events } of truths) {
    for (const story of orderStories(events).values()) {
      for (const [name, isIt] of Object.entries(CASES)) {
        const met = story.some((event, index) => isIt(event, story[index - 1]?.order ?? null));
        if (met) counts[name] = (counts[name] ?? 0) + 1;
      }
    }
  }
  return counts;
}
