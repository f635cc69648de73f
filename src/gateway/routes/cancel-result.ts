// What a cancel came to, from the shard's reply: the same words for one order and for many.
import type { OrderReply } from '../../actors/order-shard/protocol.ts';
import type { Order, OrderStatus } from '../../domain/order.ts';
import type { Rejection } from '../../domain/reject-codes.ts';
import { type AskFailure, isAskFailure } from '../../runtime/actor.ts';
import type { ProblemCode } from '../problem.ts';

export type CancelOutcome =
  | { readonly outcome: 'accepted' | 'unknown'; readonly status: OrderStatus }
  | { readonly outcome: 'rejected'; readonly code: ProblemCode; readonly order: Order };

/** What the order's present state says about the cancel. */
export function cancelOutcomeOf(order: Order): CancelOutcome {
  const { status } = order;
  switch (status) {
    case 'cancelled':
    case 'expired':
      return { outcome: 'accepted', status };
    case 'pending_cancel':
      return { outcome: 'unknown', status };
    case 'filled':
    case 'failed':
      return { outcome: 'rejected', code: 'order_closed', order };
    case 'pending':
    case 'submitted':
    case 'partially_filled':
      return { outcome: 'rejected', code: 'cancel_rejected', order };
  }
}

export interface CancelResult {
  readonly orderId: string;
  readonly ok: boolean;
  /** Null when the shard did not say. */
  readonly status: string | null;
  readonly outcome: 'accepted' | 'rejected' | 'unknown';
  readonly code?: ProblemCode;
}

/** One line of a list of cancels. */
export function cancelResultOf(
  orderId: string,
  reply: OrderReply | Rejection | AskFailure,
): CancelResult {
  if (isAskFailure(reply)) return failedResult(orderId, reply);
  if (reply.outcome === 'rejected') {
    const status = String(reply.detail['status'] ?? '') || null;
    return { orderId, ok: false, status, outcome: 'rejected', code: reply.code };
  }
  const came = cancelOutcomeOf(reply.order);
  const { status } = reply.order;
  if (came.outcome !== 'rejected') return { orderId, ok: true, status, outcome: came.outcome };
  return { orderId, ok: false, status, outcome: 'rejected', code: came.code };
}

function failedResult(orderId: string, failure: AskFailure): CancelResult {
  const nothing = { orderId, ok: false, status: null };
  switch (failure.outcome) {
    case 'not_delivered':
      return { ...nothing, outcome: 'rejected', code: 'busy' };
    case 'failed':
      return { ...nothing, outcome: 'rejected', code: 'internal_error' };
    case 'unknown':
      return { ...nothing, outcome: 'unknown', code: 'outcome_unknown' };
  }
}
