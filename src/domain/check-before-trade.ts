// The checks before an order is taken, after SEC rule 15c3-5. Pure; tested in the order of
// reject-codes.ts. A refusal costs the user nothing and says what to change.
import type { TradingState } from './account.ts';
import { reservationOf, USD } from './ledger.ts';
import { type FeeSchedule, protectivePrice, safeProduct } from './money.ts';
import type { OrderType, Side } from './order.ts';
import { type Rejection, rejection } from './reject-codes.ts';

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
  readonly halted: boolean;
  readonly sessionOpen: boolean;
  readonly lastPriceInCents: number | null;
}

export interface OrderLimits {
  readonly orderSharesMax: number;
  readonly orderValueMaxInCents: number;
  readonly protectionBps: number;
}

export interface Funds {
  readonly tradingState: TradingState;
  /** Of the asset that the order would reserve. */
  available(asset: string): number;
}

export interface Passed {
  readonly outcome: 'passed';
  readonly limitPriceInCents: number;
  readonly referencePriceInCents: number;
}

export function checkBeforeTrade(
  request: OrderRequest,
  market: Market | null,
  funds: Funds,
  limits: OrderLimits,
  fees: FeeSchedule,
): Passed | Rejection {
  if (funds.tradingState === 'halted') return rejection('trading_restricted');
  if (market === null) return rejection('unknown_symbol', { symbol: request.symbol });
  if (!market.sessionOpen) return rejection('market_closed', { symbol: request.symbol });
  if (market.halted) return rejection('symbol_halted', { symbol: request.symbol });
  const last = market.lastPriceInCents;
  if (last === null) return rejection('no_reference_price', { symbol: request.symbol });
  const limit = request.priceInCents ?? roundedToTick(request.side, last, market, limits);
  return (
    checkTick(limit, market) ??
    checkSize(request, limit, limits) ??
    checkFunds(request, limit, funds, fees) ?? {
      outcome: 'passed',
      limitPriceInCents: limit,
      referencePriceInCents: last,
    }
  );
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

function checkSize(
  request: OrderRequest,
  limitPriceInCents: number,
  limits: OrderLimits,
): Rejection | null {
  const { orderSharesMax, orderValueMaxInCents } = limits;
  if (request.numShares > orderSharesMax) return rejection('order_too_large', { orderSharesMax });
  const value = safeProduct(request.numShares, limitPriceInCents);
  return value === null || value > orderValueMaxInCents
    ? rejection('order_value_too_large', { orderValueMaxInCents })
    : null;
}

function checkFunds(
  request: OrderRequest,
  limitPriceInCents: number,
  funds: Funds,
  fees: FeeSchedule,
): Rejection | null {
  const needed = reservationOf(
    {
      ...request,
      limitPriceInCents,
      isOpen: true,
      cumQty: 0,
      cumNotionalInCents: 0,
      finalCumQty: null,
    },
    fees,
  );
  const available = funds.available(needed.asset);
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
