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
  let text = `{"version":${order.version}`;
  for (const [fact, usual] of FACTS) {
    const value = order[fact];
    if (value !== usual) text += member(fact, IN_ROW.has(fact) ? '' : value);
  }
  if (order.feeInCents !== 0) text += member('fee', order.feeInCents);
  if (order.cancelRequestedAtMs !== null) text += member('cancelAtMs', order.cancelRequestedAtMs);
  if (origin.cause !== null) text += member('cause', origin.cause);
  if (origin.exchangeAtMs !== null) text += member('exchangeAtMs', origin.exchangeAtMs);
  if (trade !== null) text += `,"trade":${JSON.stringify(trade)}`;
  return `${text}}`;
}

const FACTS = Object.entries(NO_FACTS) as [keyof OrderFacts, OrderFacts[keyof OrderFacts]][];
/** The order's row has them, and they never change again. */
const IN_ROW: ReadonlySet<keyof OrderFacts> = new Set(['externalOrderId', 'venueEpoch']);

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
