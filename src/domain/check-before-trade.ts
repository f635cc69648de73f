// The checks before an order is taken, after SEC rule 15c3-5. Pure; tested in the order of
// reject-codes.ts. A refusal costs the user nothing and says what to change.
import { firstReservationOf, USD } from './ledger.ts';
import { type FeeSchedule, protectivePrice, safeProduct } from './money.ts';
import type { OrderType, Side } from './order.ts';
import { type RejectDetail, type Rejection, rejection } from './reject-codes.ts';
import type { StateInForce } from './trading-states.ts';

export interface OrderRequest {
  readonly symbol: string;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly priceInCents: number | null;
  readonly numShares: number;
}

/** What is known of the symbol at this moment; null if the exchange does not list it. */
export interface Market {
  readonly tickInCents: number;
  /** By the exchange. */
  readonly halted: boolean;
  readonly sessionOpen: boolean;
  /** Null before the first print, and while the price feed is not live. */
  readonly lastPriceInCents: number | null;
}

/** What operators have decided. */
export interface Controls {
  readonly broker: StateInForce;
  readonly symbol: StateInForce;
  readonly user: StateInForce;
}

export interface OrderLimits {
  readonly orderSharesMax: number;
  readonly orderValueMaxInCents: number;
  readonly protectionBps: number;
  readonly collarBps: number;
}

/** What is known of the user. Asked only as far as the checks get. */
export interface Customer {
  /** Shares of the order's symbol, reserved ones included; below zero after a bust (E28). */
  position(): number;
  /** Shares that open buys of the symbol may still bring. */
  sharesBeingBought(): number;
  /** An order like this one, placed a moment ago. */
  duplicate(): { readonly orderId: string; readonly retryAfterMs: number } | null;
  /** An open order of the other side that this one could meet at that limit (E37). */
  crossing(limitPriceInCents: number): CrossedOrder | null;
  /** Of the asset that the order would reserve. */
  available(asset: string): number;
}

export interface CrossedOrder {
  readonly orderId: string;
  /** Its limit, or its protective limit. */
  readonly limitPriceInCents: number;
}

export interface Circumstances {
  readonly market: Market | null;
  readonly controls: Controls;
  readonly customer: Customer;
  readonly limits: OrderLimits;
  readonly fees: FeeSchedule;
}

export interface Passed {
  readonly outcome: 'passed';
  readonly limitPriceInCents: number;
  readonly referencePriceInCents: number;
}

export function checkBeforeTrade(
  request: OrderRequest,
  circumstances: Circumstances,
): Passed | Rejection {
  const { market, controls, customer, limits, fees } = circumstances;
  const { symbol } = request;
  const restricted = checkStates(request, controls, customer);
  if (restricted !== null) return restricted;
  if (market === null) return rejection('unknown_symbol', { symbol });
  if (!market.sessionOpen) return rejection('market_closed', { symbol });
  const halted = checkHalt(symbol, market, controls.symbol);
  if (halted !== null) return halted;
  const last = market.lastPriceInCents;
  if (last === null) return rejection('no_reference_price', { symbol }, 'same_key');
  const limit = request.priceInCents ?? roundedToTick(request.side, last, market, limits);
  return (
    checkTick(limit, market) ??
    checkSize(request, limit, last, limits) ??
    checkCollar(request, last, limits) ??
    checkDuplicate(customer) ??
    checkCrossing(customer, limit) ??
    checkFunds(request, limit, customer, fees) ?? {
      outcome: 'passed',
      limitPriceInCents: limit,
      referencePriceInCents: last,
    }
  );
}

function checkStates(
  request: OrderRequest,
  controls: Controls,
  customer: Customer,
): Rejection | null {
  for (const scope of ['broker', 'user'] as const) {
    const { state, reason } = controls[scope];
    if (state === 'halted') return rejection('trading_halted', { scope, ...because(reason) });
  }
  for (const scope of ['broker', 'symbol', 'user'] as const) {
    const { state, reason } = controls[scope];
    if (state !== 'reducing') continue;
    const numSharesMax = sharesThatReduce(request.side, customer);
    if (request.numShares <= numSharesMax) return null;
    return rejection('reduce_only', { scope, ...because(reason), numSharesMax });
  }
  return null;
}

/** A sell of what is held, or a buy of what is owed. */
function sharesThatReduce(side: Side, customer: Customer): number {
  if (side === 'sell') return Math.max(customer.position(), 0);
  return Math.max(-customer.position() - customer.sharesBeingBought(), 0);
}

function checkHalt(symbol: string, market: Market, ours: StateInForce): Rejection | null {
  if (ours.state === 'halted') {
    return rejection('symbol_halted', { symbol, haltedBy: 'broker', ...because(ours.reason) });
  }
  return market.halted ? rejection('symbol_halted', { symbol, haltedBy: 'exchange' }) : null;
}

/**
 * The protective limit of a market order (E36), on the exchange's price grid, never below one tick.
 */
function roundedToTick(side: Side, last: number, market: Market, limits: OrderLimits): number {
  const tick = market.tickInCents;
  const price = protectivePrice(last, side, limits.protectionBps);
  const ticks = side === 'buy' ? Math.floor(price / tick) : Math.ceil(price / tick);
  return Math.max(ticks, 1) * tick;
}

function checkTick(limitPriceInCents: number, market: Market): Rejection | null {
  const tickInCents = market.tickInCents;
  return limitPriceInCents % tickInCents === 0
    ? null
    : rejection('price_not_on_tick', { tickInCents });
}

/** A sell may bring more than its limit: it is worth the last price at the least. */
function checkSize(
  { side, numShares }: OrderRequest,
  limitPriceInCents: number,
  last: number,
  limits: OrderLimits,
): Rejection | null {
  const { orderSharesMax, orderValueMaxInCents } = limits;
  if (numShares > orderSharesMax) {
    return rejection('order_too_large', { numShares, orderSharesMax });
  }
  const price = side === 'buy' ? limitPriceInCents : Math.max(limitPriceInCents, last);
  const valueInCents = safeProduct(numShares, price);
  if (valueInCents !== null && valueInCents <= orderValueMaxInCents) return null;
  const numSharesMax = Math.floor(orderValueMaxInCents / price);
  return rejection('order_value_too_large', { orderValueMaxInCents, numSharesMax });
}

/** Only the aggressive side: a price far on the other side merely rests. */
function checkCollar(request: OrderRequest, last: number, limits: OrderLimits): Rejection | null {
  const { side, priceInCents } = request;
  if (priceInCents === null) return null; // its protective limit is nearer than the collar
  const collar = protectivePrice(last, side, limits.collarBps);
  const isOutside = side === 'buy' ? priceInCents > collar : priceInCents < collar;
  if (!isOutside) return null;
  const bound = side === 'buy' ? { priceInCentsMax: collar } : { priceInCentsMin: collar };
  return rejection('price_outside_collar', { lastPriceInCents: last, ...bound });
}

/** Not to be repeated by a machine: whoever means it twice says so by asking again later. */
function checkDuplicate(customer: Customer): Rejection | null {
  const earlier = customer.duplicate();
  if (earlier === null) return null;
  const { orderId, retryAfterMs } = earlier;
  return rejection('duplicate_order', { orderId, retryAfterMs });
}

function checkCrossing(customer: Customer, limitPriceInCents: number): Rejection | null {
  const resting = customer.crossing(limitPriceInCents);
  if (resting === null) return null;
  const { orderId, limitPriceInCents: itsLimitPriceInCents } = resting;
  return rejection('wash_trade_risk', { orderId, itsLimitPriceInCents, limitPriceInCents });
}

function checkFunds(
  request: OrderRequest,
  limitPriceInCents: number,
  customer: Customer,
  fees: FeeSchedule,
): Rejection | null {
  const { symbol, side, numShares } = request;
  const needed = firstReservationOf({ symbol, side, numShares, limitPriceInCents }, fees);
  const available = customer.available(needed.asset);
  if (available >= needed.amount) return null;
  return needed.asset === USD
    ? rejection('insufficient_buying_power', {
        neededInCents: needed.amount,
        availableInCents: available,
      })
    : rejection('insufficient_shares', {
        neededShares: needed.amount,
        availableShares: available,
      });
}

function because(reason: string | null): RejectDetail {
  return reason === null ? {} : { reason };
}
