// What an event keeps beside its columns, as JSON: of an order the facts as they stood, without
// what its row has for ever; of a trade that was changed its terms; of an account the balances.
import { accountFrom, type TradingState } from '../domain/account.ts';
import { deriveOrder } from '../domain/derive-order.ts';
import { NO_FACTS, type Order, type OrderFacts } from '../domain/order.ts';
import type { TradeTerms } from '../domain/trade-terms.ts';

/** Why something happened and when, in the words of whoever made it happen. */
export interface Origin {
  /** snake_case; null when the kind of the event says it all. */
  readonly cause: string | null;
  /** The exchange's time of it; null when it did not come from there. */
  readonly exchangeAtMs: number | null;
}

/** A bust or a correction as its event tells it. */
export interface ChangedTrade extends TradeTerms {
  readonly execId: string;
  readonly feeInCents: number;
  readonly previous: TradeTerms | null;
}

/** Balances as an account event keeps them. */
export interface AccountDetail {
  readonly available: number;
  readonly reserved: number;
  readonly tradingState: TradingState;
}

/** The changing part of an order, without what equals its default. */
export type OrderDetail = Partial<OrderFacts> & {
  readonly fee?: number;
  readonly cancelAtMs?: number;
  readonly version: number;
  readonly cause?: string;
  readonly exchangeAtMs?: number;
  readonly trade?: ChangedTrade;
};

/** The text of an `OrderDetail`: an object for each would take longer than writing its row. */
export function orderDetail(order: Order, origin: Origin, trade: ChangedTrade | null): string {
  let text = `{"version":${order.version}${factsOf(order)}`;
  if (order.feeInCents !== 0) text += member('fee', order.feeInCents);
  if (order.cancelRequestedAtMs !== null) text += member('cancelAtMs', order.cancelRequestedAtMs);
  if (origin.cause !== null) text += member('cause', origin.cause);
  if (origin.exchangeAtMs !== null) text += member('exchangeAtMs', origin.exchangeAtMs);
  if (trade !== null) text += `,"trade":${JSON.stringify(trade)}`;
  return `${text}}`;
}

/**
 * What differs from `NO_FACTS`. Of the external id and its epoch only that they were known: the
 * order's row has them, and they never change again. By name, fact by fact: in a loop over
 * names each is looked up in a way that V8 cannot make short.
 */
function factsOf(facts: OrderFacts): string {
  let text = '';
  if (facts.externalOrderId !== null) text += ',"externalOrderId":""';
  if (facts.venueEpoch !== null) text += ',"venueEpoch":""';
  if (facts.venueRejected !== null) text += member('venueRejected', facts.venueRejected);
  if (facts.ourVerdict !== null) text += member('ourVerdict', facts.ourVerdict);
  if (facts.cancelled !== null) text += member('cancelled', facts.cancelled);
  if (facts.expired !== null) text += member('expired', facts.expired);
  if (facts.cancelsRequested !== 0) text += `,"cancelsRequested":${facts.cancelsRequested}`;
  if (facts.cancelsRefused !== 0) text += `,"cancelsRefused":${facts.cancelsRefused}`;
  if (facts.cancelRefusal !== null) text += member('cancelRefusal', facts.cancelRefusal);
  if (facts.cancelError !== null) text += member('cancelError', facts.cancelError);
  if (facts.cumQty !== 0) text += `,"cumQty":${facts.cumQty}`;
  if (facts.cumNotionalInCents !== 0) text += `,"cumNotionalInCents":${facts.cumNotionalInCents}`;
  if (facts.closedAtVenue !== null) text += member('closedAtVenue', facts.closedAtVenue);
  if (facts.venueSeq !== 0) text += `,"venueSeq":${facts.venueSeq}`;
  if (facts.venueCumQty !== null) text += member('venueCumQty', facts.venueCumQty);
  if (facts.finalSeq !== 0) text += `,"finalSeq":${facts.finalSeq}`;
  if (facts.finalCumQty !== null) text += member('finalCumQty', facts.finalCumQty);
  return text;
}

function member(name: keyof OrderDetail, value: string | number | null): string {
  return `,"${name}":${typeof value === 'number' ? value : JSON.stringify(value)}`;
}

export function accountDetail({ available, reserved, tradingState }: AccountDetail): string {
  return JSON.stringify([available, reserved, tradingState]);
}

export function accountAt(userId: string, detail: string) {
  const [available, reserved, tradingState] = JSON.parse(detail) as [number, number, TradingState];
  return accountFrom(userId, { available, reserved }, tradingState);
}

/** The order of today's row as it stood when the event was written. */
export function orderAt(today: Order, detail: OrderDetail, atMs: number): Order {
  const { fee, cancelAtMs, version, cause, exchangeAtMs, trade, ...changed } = detail;
  const facts: OrderFacts = { ...NO_FACTS, ...changed };
  return {
    ...today,
    ...facts,
    externalOrderId: facts.externalOrderId === null ? null : today.externalOrderId,
    venueEpoch: facts.venueEpoch === null ? null : today.venueEpoch,
    ...deriveOrder(today, facts),
    feeInCents: fee ?? 0,
    cancelRequestedAtMs: cancelAtMs ?? null,
    updatedAtMs: atMs,
    version,
  };
}
