// Writes what becomes of an order: its row, its event, the postings that follow, and the account's
// event, all in the turn's transaction. Every change of an order in this shard goes through here.
import assert from 'node:assert/strict';
import { accountFrom } from '../../domain/account.ts';
import type { Deposit } from '../../domain/deposit.ts';
import { deriveOrder } from '../../domain/derive-order.ts';
import {
  depositPostings,
  fillPostings,
  type Posting,
  reservationOf,
  reservePostings,
  USD,
} from '../../domain/ledger.ts';
import { type FeeSchedule, feeOn } from '../../domain/money.ts';
import { NO_FACTS, type Order, type OrderFacts, type OrderIntent } from '../../domain/order.ts';
import { isAllowedMove } from '../../domain/transitions.ts';
import type { OrderEventKind, TradeEventKind } from '../../domain/user-event.ts';
import type { AccountRow } from '../../store/account-store.ts';
import type { Fill } from '../../store/fill-store.ts';
import type { StoredOrder } from '../../store/order-store.ts';
import type { ShardStore } from '../../store/shard-store.ts';
import type { Account, AccountEvent, UserEvent } from './protocol.ts';

/** Hears of every event, in the order of the log, in the turn that writes it. */
export type EventListener = (userId: string, event: UserEvent) => void;

const NOTHING = 0;

export class Booking {
  readonly #store: ShardStore;
  readonly #fees: FeeSchedule;
  readonly #onEvent: EventListener;

  constructor(store: ShardStore, fees: FeeSchedule, onEvent: EventListener) {
    this.#store = store;
    this.#fees = fees;
    this.#onEvent = onEvent;
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
    const order: Order = {
      ...intent,
      ...NO_FACTS,
      ...deriveOrder(intent, NO_FACTS),
      feeInCents: 0,
      cancelRequestedAtMs: null,
      updatedAtMs: intent.createdAtMs,
      version: 1,
    };
    const stored = this.#store.orders.insert(account.accountNo, order);
    const reserved = reservationOf(order, this.#fees);
    const postings = reservePostings({ asset: reserved.asset, amount: NOTHING }, reserved);
    this.#record(stored, 'order_created', null, postings);
    return stored;
  }

  /** Adds facts to an order. Facts that change nothing leave no trace. */
  apply(
    before: StoredOrder,
    facts: Partial<OrderFacts>,
    kind: OrderEventKind,
    nowMs: number,
  ): StoredOrder {
    if (!changes(before.order, facts)) return before;
    const after = this.#replace(before, facts, nowMs);
    this.#record(after, kind, null, this.#reservationMoves(before.order, after.order));
    return after;
  }

  /**
   * Commit D: one fill, whatever the status (a genuine trade is always booked), with cash, shares
   * and fee.
   */
  fill(before: StoredOrder, trade: Omit<Fill, 'feeInCents'>, nowMs: number): StoredOrder {
    const { order } = before;
    const facts = {
      cumQty: order.cumQty + trade.lastQty,
      cumNotionalInCents: order.cumNotionalInCents + trade.lastQty * trade.lastPriceInCents,
    };
    const after = this.#replace(before, facts, nowMs);
    const feeInCents = after.order.feeInCents - order.feeInCents;
    const fill = { ...trade, feeInCents };
    const fillNo = this.#store.fills.insert(before.orderNo, fill);
    const postings = [
      ...this.#reservationMoves(order, after.order),
      ...fillPostings(order, trade.lastQty, trade.lastPriceInCents, feeInCents),
    ];
    const kind = order.isOpen || order.status === 'filled' ? 'order_traded' : 'trade_after_cancel';
    this.#record(after, kind, { fillNo, fill }, postings);
    return after;
  }

  /** True when booked, false when this deposit was booked before. */
  deposit(account: AccountRow, deposit: Deposit, nowMs: number): boolean {
    const { accountNo } = account;
    if (this.#store.hasDeposit(accountNo, deposit.depositId)) return false;
    const postings = depositPostings(deposit.asset, deposit.amount);
    const eventNo = this.#recordAccount(account, nowMs, postings);
    this.#store.addDeposit(accountNo, deposit, eventNo);
    return true;
  }

  #replace(before: StoredOrder, facts: Partial<OrderFacts>, nowMs: number): StoredOrder {
    const merged = { ...before.order, ...facts };
    const asked = merged.cancelsRequested > before.order.cancelsRequested;
    const after: Order = {
      ...merged,
      ...deriveOrder(before.order, merged),
      feeInCents: feeOn(merged.cumNotionalInCents, this.#fees),
      cancelRequestedAtMs: asked ? nowMs : before.order.cancelRequestedAtMs,
      updatedAtMs: nowMs,
      version: before.order.version + 1,
    };
    assert(
      isAllowedMove(before.order.status, after.status),
      `order ${after.id} may not move from ${before.order.status} to ${after.status}`,
    );
    return this.#store.orders.replace(before, after);
  }

  #reservationMoves(before: Order, after: Order): Posting[] {
    return reservePostings(reservationOf(before, this.#fees), reservationOf(after, this.#fees));
  }

  #record(
    stored: StoredOrder,
    kind: OrderEventKind | TradeEventKind,
    trade: { fillNo: number; fill: Fill } | null,
    postings: readonly Posting[],
  ): void {
    const { accountNo, orderNo, order } = stored;
    const seq = this.#store.accounts.takeSeq(accountNo);
    const at = { accountNo, orderNo, fillNo: trade?.fillNo ?? null, seq };
    const eventNo = this.#store.events.appendOrder(at, kind, order);
    this.#onEvent(order.userId, eventOf(seq, kind, order, trade?.fill ?? null));
    if (postings.length === 0) return;
    this.#store.ledger.post(eventNo, accountNo, postings);
    if (!movesCash(postings)) return;
    const account = this.#store.accounts.find(order.userId);
    assert(account !== null, `order ${order.id} has no account`);
    this.#recordAccount(account, order.updatedAtMs, []);
  }

  /** The account's event carries the balances after `postings`, which it causes. */
  #recordAccount(account: AccountRow, nowMs: number, postings: readonly Posting[]): number {
    const { accountNo, userId, tradingState } = account;
    const before = this.balancesOf(account);
    const available = before.buyingPowerInCents + sumOf(postings, 'available');
    const reserved = before.reservedInCents + sumOf(postings, 'reserved');
    const seq = this.#store.accounts.takeSeq(accountNo);
    const detail = { available, reserved, tradingState };
    const eventNo = this.#store.events.appendAccount(
      accountNo,
      seq,
      'account_changed',
      nowMs,
      detail,
    );
    this.#store.ledger.post(eventNo, accountNo, postings);
    this.#onEvent(userId, {
      topic: 'account',
      seq,
      kind: 'account_changed',
      atMs: nowMs,
      account: accountFrom(userId, detail, tradingState),
    } satisfies AccountEvent);
    return eventNo;
  }
}

function eventOf(
  seq: number,
  kind: OrderEventKind | TradeEventKind,
  order: Order,
  fill: Fill | null,
): UserEvent {
  const atMs = order.updatedAtMs;
  if (fill === null) return { topic: 'order', seq, kind: kind as OrderEventKind, atMs, order };
  const { execId, lastQty, lastPriceInCents, feeInCents } = fill;
  const traded = { execId, lastQty, lastPriceInCents, feeInCents };
  return { topic: 'trade', seq, kind: kind as TradeEventKind, atMs, order, ...traded };
}

function changes(order: Order, facts: Partial<OrderFacts>): boolean {
  return (Object.keys(facts) as (keyof OrderFacts)[]).some((key) => order[key] !== facts[key]);
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
