// What the checks before a trade go by, gathered from what the shard knows of the link, the market,
// the operators' decisions and the user. Only what was taken leaves something behind.
import {
  type Customer,
  checkBeforeTrade,
  type Market,
  type Passed,
} from '../../domain/check-before-trade.ts';
import type { FeeSchedule } from '../../domain/money.ts';
import type { Order } from '../../domain/order.ts';
import { type Rejection, rejection } from '../../domain/reject-codes.ts';
import { ACTIVE } from '../../domain/trading-states.ts';
import { limitsInForce, type TradingLimits } from '../../domain/user-limits.ts';
import type { AccountRow } from '../../store/account-store.ts';
import type { ShardStore } from '../../store/shard-store.ts';
import { EXCHANGE_CONNECTION } from '../addresses.ts';
import type { Desk } from './desk.ts';
import type { ShardContext } from './messages.ts';
import { OrderRate } from './order-rate.ts';
import type { PlaceOrder } from './protocol.ts';
import { RecentIntents } from './recent-intents.ts';
import type { TradingControls } from './trading-controls.ts';

export interface PreTradeOptions {
  /** Of a user who has none of their own. */
  readonly limits: TradingLimits;
  readonly protectionBps: number;
  readonly collarBps: number;
  readonly recentIntents: number;
}

export class PreTrade {
  readonly #desk: Desk;
  readonly #controls: TradingControls;
  readonly #options: PreTradeOptions;
  readonly #fees: FeeSchedule;
  readonly #rate = new OrderRate();
  readonly #recent: RecentIntents;

  constructor(desk: Desk, controls: TradingControls, options: PreTradeOptions, fees: FeeSchedule) {
    this.#desk = desk;
    this.#controls = controls;
    this.#options = options;
    this.#fees = fees;
    this.#recent = new RecentIntents(options.recentIntents);
  }

  /** `account` is null for a user who has none yet; a refusal opens none. */
  check(command: PlaceOrder, account: AccountRow | null, ctx: ShardContext): Passed | Rejection {
    const limits = this.limitsOf(account);
    const refusal = this.#whetherTaken(command, limits, ctx);
    if (refusal !== null) return refusal;
    const { protectionBps, collarBps } = this.#options;
    return checkBeforeTrade(command, {
      market: this.#marketOf(command.symbol, ctx),
      controls: {
        broker: this.#controls.broker,
        symbol: this.#controls.symbol(command.symbol),
        user: account === null ? ACTIVE : stateOf(account),
      },
      customer: this.#customerOf(command, account, limits, ctx),
      limits: {
        orderSharesMax: limits.orderSharesMax,
        orderValueMaxInCents: limits.orderValueMaxInCents,
        protectionBps,
        collarBps,
      },
      fees: this.#fees,
    });
  }

  taken(command: PlaceOrder, account: AccountRow, { id, createdAtMs }: Order): void {
    const { duplicateWindowMs } = this.limitsOf(account);
    this.#recent.add(command, { orderId: id, placedAtMs: createdAtMs }, duplicateWindowMs);
  }

  limitsOf(account: AccountRow | null): TradingLimits {
    const { limits } = this.#options;
    if (account === null) return limits;
    return limitsInForce(this.#desk.store.accounts.limitsOf(account.accountNo), limits);
  }

  /** Whether orders are taken at all now. A retry is safe: the key is not consumed. */
  #whetherTaken(
    { userId }: PlaceOrder,
    { ordersPerSecondMax }: TradingLimits,
    ctx: ShardContext,
  ): Rejection | null {
    if (!this.#controls.areKnown) return rejection('controls_unknown', {}, 'same_key');
    if (!this.#desk.link.linked) return rejection('exchange_unavailable', {}, 'same_key');
    if (this.#desk.unresolved.isReconciling(userId)) {
      return rejection('account_reconciling', {}, 'same_key');
    }
    if (ctx.windowFree(EXCHANGE_CONNECTION) <= 0) return rejection('busy', {}, 'same_key');
    const retryAfterMs = this.#rate.take(userId, ordersPerSecondMax, ctx.nowMs());
    if (retryAfterMs === null) return null;
    return rejection('rate_limited', { ordersPerSecondMax, retryAfterMs }, 'same_key');
  }

  /** A price is fresh while the feed is live, however old the last print is. */
  #marketOf(symbol: string, ctx: ShardContext): Market | null {
    const terms = ctx.referencePrice(symbol);
    if (terms === null) return null;
    const { priceFeedLive, session } = this.#desk.link;
    return {
      tickInCents: terms.tickInCents,
      halted: terms.halted,
      sessionOpen: session?.state === 'open',
      lastPriceInCents: priceFeedLive ? (terms.price?.priceInCents ?? null) : null,
    };
  }

  #customerOf(
    command: PlaceOrder,
    account: AccountRow | null,
    { duplicateWindowMs }: TradingLimits,
    ctx: ShardContext,
  ): Customer {
    const duplicate = this.#recent.find(command, duplicateWindowMs, ctx.nowMs());
    return new KnownCustomer(this.#desk.store, account, command, duplicate);
  }
}

/** Who has no account has nothing. A class, because closures would be made anew for each order. */
class KnownCustomer implements Customer {
  readonly #store: ShardStore;
  readonly #account: AccountRow | null;
  readonly #command: PlaceOrder;
  readonly #duplicate: ReturnType<Customer['duplicate']>;

  constructor(
    store: ShardStore,
    account: AccountRow | null,
    command: PlaceOrder,
    duplicate: ReturnType<Customer['duplicate']>,
  ) {
    this.#store = store;
    this.#account = account;
    this.#command = command;
    this.#duplicate = duplicate;
  }

  duplicate() {
    return this.#duplicate;
  }

  position(): number {
    const { symbol } = this.#command;
    return this.#balance('available', symbol) + this.#balance('reserved', symbol);
  }

  sharesBeingBought(): number {
    if (this.#account === null) return 0;
    return this.#store.orders.sharesBeingBought(this.#account.accountNo, this.#command.symbol);
  }

  crossing(limitPriceInCents: number) {
    if (this.#account === null) return null;
    const { symbol, side } = this.#command;
    const { accountNo } = this.#account;
    return this.#store.orders.findCrossing(accountNo, symbol, side, limitPriceInCents);
  }

  available(asset: string): number {
    return this.#balance('available', asset);
  }

  #balance(account: 'available' | 'reserved', asset: string): number {
    if (this.#account === null) return 0;
    return this.#store.ledger.balanceOf(this.#account.accountNo, account, asset);
  }
}

function stateOf({ tradingState, tradingStateReason }: AccountRow) {
  return { state: tradingState, reason: tradingStateReason };
}
