// The moves between statuses that are possible. `deriveOrder` decides; this list only checks it, at
// each commit, and documents it. The odd rows carry their case from order-edge-cases.
import type { OrderStatus } from './order.ts';

export const ALLOWED_MOVES: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: [
    'submitted',
    'partially_filled', // the execution outran the acknowledgement (E05)
    'filled',
    'pending_cancel',
    'cancelled', // cancelled while still in the queue (E15)
    'expired',
    'failed',
  ],
  submitted: ['partially_filled', 'filled', 'pending_cancel', 'cancelled', 'expired', 'failed'],
  partially_filled: [
    'filled',
    'pending_cancel',
    'cancelled',
    'expired',
    'submitted', // its only trade was busted (E26)
  ],
  pending_cancel: [
    'cancelled',
    'filled', // the fill won (E07)
    'expired',
    'failed', // refused by the exchange before the cancel met it
    'pending', // cancel refused (E13, E16)
    'submitted',
    'partially_filled',
  ],
  filled: [
    'submitted', // bust (E26)
    'partially_filled',
    'pending_cancel', // the same, and a cancel had lost against the fill
    'cancelled',
    'expired',
  ],
  cancelled: [
    'filled', // a late trade completes it (E08)
    'pending_cancel', // a late acknowledgement after a local cancel (E12, E14, E15)
    'submitted', // the same, when the exchange had refused the cancel
    'partially_filled',
    'failed', // the only trade of an order that the exchange had rejected was busted (E24, E26)
  ],
  expired: ['filled'],
  failed: ['submitted', 'partially_filled', 'filled', 'pending_cancel', 'cancelled'], // E12, E24
};

export function isAllowedMove(from: OrderStatus, to: OrderStatus): boolean {
  return from === to || ALLOWED_MOVES[from].includes(to);
}
