// Writes what becomes of an order: its row, its event, the postings that follow, and the account's
// event, all in the turn's transaction. Every change of an order in this shard goes through here.
import assert from 'node:assert/strict';
import { accountFrom } from '../../domain/account.ts';
import type { Deposit } from '../../domain/deposit.ts';
import { deriveOrder, withFacts } from '../../domain/derive-order.ts';
import { sumsAfter, type VenueCount } from '../../domain/execution-facts.ts';
import { HOUSE_USER_ID } from '../../domain/ids.ts';
import {
  depositPostings,
  fillPostings,
  type Posting,
  reservationOf,
  reservePostings,
  transferPostings,
  USD,
} from '../../domain/ledger.ts';
import { type FeeSchedule, feeOn } from '../../domain/money.ts';
import {
  NO_FACTS,
  type Order,
  type OrderFacts,
  type OrderIntent,
  orderOf,
  venueCumQtyAtEnd,
} from '../../domain/order.ts';
import type { TradeTerms } from '../../domain/trade-terms.ts';
import type { StateInForce } from '../../domain/trading-states.ts';
import { isAllowedMove } from '../../domain/transitions.ts';
import type { OrderEventKind, TradeEventKind } from '../../domain/user-event.ts';
import type { AccountRow } from '../../store/account-store.ts';
import type { ChangedTrade, Origin } from '../../store/event-detail.ts';
import type { Fill, NumberedFill } from '../../store/fill-store.ts';
import type { StoredOrder } from '../../store/order-store.ts';
import type { ShardStore } from '../../store/shard-store.ts';
import type { Account, AccountEvent, UserEvent } from './protocol.ts';

/** Hears of everything in the turn that writes it. */
export interface BookingListener {
  /** Whether this user's events mean anything to it: most are made for nobody. */
  hears(userId: string): boolean;
  /** In the order of the log. */
  event(userId: string, event: UserEvent): void;
  /** Genuine facts have taken more than was there: the account is restricted to closing (I3). */
  overdrawn(stored: StoredOrder, assets: readonly string[]): void;
}

/** A trade whose terms the exchange has changed. `to` has no shares after a bust. */
export interface TradeChange {
  readonly kind: 'trade_busted' | 'trade_corrected';
  readonly execId: string;
  /** When the trade was done, in exchange time. */
  readonly tradedAtMs: number;
  readonly from: TradeTerms;
  readonly to: TradeTerms;
}

/** One trade out of one account and into another: the shares as a deposit, with their cash. */
export interface TradeMove extends Deposit {
  readonly cashInCents: number;
  readonly tradedAtMs: number;
}

const NOTHING = 0;
const NO_TERMS: TradeTerms = { lastQty: 0, lastPriceInCents: 0 };
const UNMOVED: Origin = { cause: null, exchangeAtMs: null };

/** What an order's event is about beside the order. */
interface About {
  readonly fill: NumberedFill | null;
  readonly changed: ChangedTrade | null;
  readonly origin: Origin;
}

export class Booking {
  readonly #store: ShardStore;
  readonly #fees: FeeSchedule;
  readonly #listener: BookingListener;

  constructor(store: ShardStore, fees: FeeSchedule, listener: BookingListener) {
    this.#store = store;
    this.#fees = fees;
    this.#listener = listener;
  }

  /** Opens the account at its first command. */
  accountOf(userId: string, nowMs: number): AccountRow {
    return this.#store.accounts.find(userId) ?? this.#store.accounts.open(userId, nowMs);
  }

  balancesOf(account: AccountRow): Account {
    const { ledger } = this.#store;
    const available = ledger.balanceOf(account.accountNo, 'available', USD);
    const reserved = ledger.balanceOf(account.accountNo, 'reserved', USD);
    return accountFrom(account.userId, { available, reserved }, account.tradingState);
  }

  /** Commit A: the order, its reservation and its event. */
  create(account: AccountRow, intent: OrderIntent): StoredOrder {
    const order = orderOf(intent, NO_FACTS, deriveOrder(intent, NO_FACTS), {
      feeInCents: 0,
      cancelRequestedAtMs: null,
      updatedAtMs: intent.createdAtMs,
      version: 1,
    });
    const stored = this.#store.orders.insert(account.accountNo, order);
    const reserved = reservationOf(order, this.#fees);
    const postings = reservePostings({ asset: reserved.asset, amount: NOTHING }, reserved);
    this.#record(stored, 'order_created', { fill: null, changed: null, origin: UNMOVED }, postings);
    return stored;
  }

  /** Adds facts to an order. Facts that change nothing leave no trace. */
  apply(
    before: StoredOrder,
    facts: Partial<OrderFacts>,
    kind: OrderEventKind,
    nowMs: number,
    origin: Origin = UNMOVED,
  ): StoredOrder {
    if (!changes(before.order, facts)) return before;
    const after = this.#replace(before, facts, nowMs);
    const postings = this.#reservationMoves(before.order, after.order);
    this.#record(after, kind, { fill: null, changed: null, origin }, postings);
    return after;
  }

  /**
   * Commit D: one fill, whatever the status (a genuine trade is always booked), with cash, shares
   * and fee. `count` is what the exchange itself has counted by then.
   */
  fill(
    before: StoredOrder,
    trade: Omit<Fill, 'feeInCents'>,
    count: VenueCount,
    nowMs: number,
  ): StoredOrder {
    const { order } = before;
    const sums = sumsAfter(order, NO_TERMS, trade);
    const after = this.#replace(before, Object.assign(sums, count), nowMs);
    const feeInCents = after.order.feeInCents - order.feeInCents;
    const fill = this.#store.fills.insert(before.orderNo, trade, feeInCents);
    const postings = [
      ...this.#reservationMoves(order, after.order),
      ...fillPostings(order, trade.lastQty, trade.lastPriceInCents, feeInCents),
    ];
    const origin = { cause: null, exchangeAtMs: trade.exchangeAtMs };
    const kind = isExpected(order, trade.lastQty) ? 'order_traded' : 'trade_after_cancel';
    const eventNo = this.#record(after, kind, { fill, changed: null, origin }, postings);
    this.#store.portfolios.booked(before.accountNo, eventNo, trade.exchangeAtMs);
    return after;
  }

  /** Takes a trade's old terms back and books the new ones, in one transaction (E26, E29). */
  change(
    before: StoredOrder,
    { kind, execId, tradedAtMs, from, to }: TradeChange,
    count: VenueCount,
    nowMs: number,
    origin: Origin,
  ): StoredOrder {
    const { order } = before;
    const after = this.#replace(before, { ...count, ...sumsAfter(order, from, to) }, nowMs);
    const feeInCents = after.order.feeInCents - order.feeInCents;
    const postings = [
      ...this.#reservationMoves(order, after.order),
      ...fillPostings(order, -from.lastQty, from.lastPriceInCents, 0),
      ...fillPostings(order, to.lastQty, to.lastPriceInCents, feeInCents),
    ].filter(({ amount }) => amount !== 0);
    const told = kind === 'trade_busted' ? from : to;
    const previous = kind === 'trade_busted' ? null : from;
    const changed = { execId, ...told, feeInCents, previous };
    const eventNo = this.#record(after, kind, { fill: null, changed, origin }, postings);
    this.#store.portfolios.booked(before.accountNo, eventNo, tradedAtMs);
    return after;
  }

  /** Something is wrong with a booking: until an operator has looked, only closing is allowed. */
  restrict(stored: StoredOrder, reason: string, nowMs: number): void {
    if (this.#restrict(stored, reason)) this.#recordAccount(this.#accountOf(stored), nowMs, []);
  }

  /** An operator's word, whatever the state was. The sequence of the event that tells it. */
  setTradingState(account: AccountRow, { state, reason }: StateInForce, nowMs: number): number {
    this.#store.accounts.setTradingState(account.accountNo, state, reason);
    this.#recordAccount({ ...account, tradingState: state }, nowMs, []);
    return this.#store.accounts.find(account.userId)?.lastSeq ?? 0;
  }

  /** One trade from or to another account; `depositId` makes it harmless when repeated. */
  transfer(account: AccountRow, deposit: TradeMove, nowMs: number): boolean {
    const { cashInCents, tradedAtMs } = deposit;
    const eventNo = this.#bookOnce(account, deposit, nowMs, ({ asset, amount }) =>
      transferPostings(asset, amount, cashInCents),
    );
    if (eventNo === null) return false;
    this.#store.portfolios.booked(account.accountNo, eventNo, tradedAtMs);
    return true;
  }

  /** True when booked, false when this deposit was booked before. */
  deposit(account: AccountRow, deposit: Deposit, nowMs: number): boolean {
    const eventNo = this.#bookOnce(account, deposit, nowMs, ({ asset, amount }) =>
      depositPostings(asset, amount),
    );
    return eventNo !== null;
  }

  /** The number of its event; null when it was booked before. */
  #bookOnce(
    account: AccountRow,
    deposit: Deposit,
    nowMs: number,
    postingsOf: (deposit: Deposit) => Posting[],
  ): number | null {
    const { accountNo } = account;
    if (this.#store.deposits.find(accountNo, deposit.depositId) !== null) return null;
    const eventNo = this.#recordAccount(account, nowMs, postingsOf(deposit));
    this.#store.deposits.add(accountNo, deposit, eventNo);
    return eventNo;
  }

  #replace(before: StoredOrder, facts: Partial<OrderFacts>, nowMs: number): StoredOrder {
    const { order } = before;
    const after = withFacts(order, facts);
    if (!Number.isSafeInteger(after.cumNotionalInCents)) {
      assert.fail(`the trades of order ${after.id} are worth more than can be counted exactly`);
    }
    after.feeInCents = feeOn(after.cumNotionalInCents, this.#fees);
    if (after.cancelsRequested > order.cancelsRequested) after.cancelRequestedAtMs = nowMs;
    after.updatedAtMs = nowMs;
    after.version = order.version + 1;
    if (!isAllowedMove(order.status, after.status)) {
      assert.fail(`order ${after.id} may not move from ${order.status} to ${after.status}`);
    }
    return this.#store.orders.replace(before, after);
  }

  #reservationMoves(before: Order, after: Order): Posting[] {
    return reservePostings(reservationOf(before, this.#fees), reservationOf(after, this.#fees));
  }

  #record(
    stored: StoredOrder,
    kind: OrderEventKind | TradeEventKind,
    about: About,
    postings: readonly Posting[],
  ): number {
    const { accountNo, orderNo, order } = stored;
    const { eventNo, seq } = this.#store.events.appendOrder(
      { accountNo, orderNo, fill: about.fill, changed: about.changed, origin: about.origin },
      kind,
      order,
    );
    if (this.#listener.hears(order.userId)) {
      this.#listener.event(order.userId, eventOf(seq, kind, order, about));
    }
    if (postings.length === 0) return eventNo;
    const overdrawn = this.#post(eventNo, accountNo, postings);
    const isShort = overdrawn.length > 0 && order.userId !== HOUSE_USER_ID; // the house may be
    if (isShort) this.#listener.overdrawn(stored, overdrawn);
    const isNew = isShort && this.#restrict(stored, `overdrawn: ${overdrawn}`);
    if (isNew || movesCash(postings)) {
      this.#recordAccount(this.#accountOf(stored), order.updatedAtMs, []);
    }
    return eventNo;
  }

  /** To closing; true when it was not restricted before. The caller writes the event. */
  #restrict(stored: StoredOrder, reason: string): boolean {
    const { accountNo, tradingState } = this.#accountOf(stored);
    if (tradingState !== 'active') return false;
    this.#store.accounts.setTradingState(accountNo, 'reducing', reason);
    return true;
  }

  #accountOf({ order }: StoredOrder): AccountRow {
    const account = this.#store.accounts.find(order.userId);
    assert(account !== null, `order ${order.id} has no account`);
    return account;
  }

  /** The account's event carries the balances after `postings`, which it causes. */
  #recordAccount(account: AccountRow, nowMs: number, postings: readonly Posting[]): number {
    const { accountNo, userId, tradingState } = account;
    const before = this.balancesOf(account);
    const available = before.buyingPowerInCents + sumOf(postings, 'available');
    const reserved = before.reservedInCents + sumOf(postings, 'reserved');
    const detail = { available, reserved, tradingState };
    const { eventNo, seq } = this.#store.events.appendAccount(
      accountNo,
      'account_changed',
      nowMs,
      detail,
    );
    this.#post(eventNo, accountNo, postings);
    if (this.#listener.hears(userId)) {
      this.#listener.event(userId, {
        topic: 'account',
        seq,
        kind: 'account_changed',
        atMs: nowMs,
        account: accountFrom(userId, detail, tradingState),
      } satisfies AccountEvent);
    }
    return eventNo;
  }

  #post(eventNo: number, accountNo: number, postings: readonly Posting[]): string[] {
    this.#store.portfolios.beforePosting(accountNo);
    return this.#store.ledger.post(eventNo, accountNo, postings);
  }
}

function eventOf(
  seq: number,
  kind: OrderEventKind | TradeEventKind,
  order: Order,
  { fill, changed }: About,
): UserEvent {
  const atMs = order.updatedAtMs;
  const trade = changed ?? fill;
  if (trade === null) return { topic: 'order', seq, kind: kind as OrderEventKind, atMs, order };
  const { execId, lastQty, lastPriceInCents, feeInCents } = trade;
  return {
    topic: 'trade',
    seq,
    kind: kind as TradeEventKind,
    atMs,
    order,
    execId,
    lastQty,
    lastPriceInCents,
    feeInCents,
    previous: changed?.previous ?? null,
  };
}

/** On an order that is closed only a trade that the exchange had counted is no surprise (E08). */
export function isExpected(order: Order, lastQty: number): boolean {
  if (order.isOpen || order.status === 'filled') return true;
  return order.cumQty + lastQty <= (venueCumQtyAtEnd(order) ?? 0);
}

function changes(order: Order, facts: Partial<OrderFacts>): boolean {
  for (const name in facts) {
    const fact = name as keyof OrderFacts;
    if (order[fact] !== facts[fact]) return true;
  }
  return false;
}

function movesCash(postings: readonly Posting[]): boolean {
  return postings.some(
    ({ account, asset }) => asset === USD && (account === 'available' || account === 'reserved'),
  );
}

function sumOf(postings: readonly Posting[], account: 'available' | 'reserved'): number {
  let sum = 0;
  for (const posting of postings) {
    if (posting.account === account && posting.asset === USD) sum += posting.amount;
  }
  return sum;
}
