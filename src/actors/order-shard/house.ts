// Trades that no order of a customer claims (E22): booked to the house, each as a filled order of
// its own, until an operator gives it to a user or contests it. Giving takes two durable steps, one
// in each shard, keyed by the execId; between them the trade stands in `transfers`.
import { HOUSE_USER_ID } from '../../domain/ids.ts';
import type { OrderIntent } from '../../domain/order.ts';
import type { Execution } from '../../exchange/port.ts';
import { LIMITS } from '../../limits.ts';
import { isAskFailure } from '../../runtime/actor.ts';
import type { HouseTradeRow } from '../../store/house-trade-store.ts';
import type { StoredOrder } from '../../store/order-store.ts';
import { type ShardMap, shardOf } from '../addresses.ts';
import type { TradeMove } from './booking.ts';
import type { Desk } from './desk.ts';
import type { FactBooking } from './fact-booking.ts';
import type { AssignmentDue, ShardContext, TradeReceived } from './messages.ts';
import type {
  AssignTrade,
  BookStray,
  HouseTrade,
  ListHouseTrades,
  ReceiveTrade,
  RefuseTrade,
} from './protocol.ts';

export interface HouseOptions {
  readonly shards: ShardMap;
  readonly takeId: (userId: string, ctx: ShardContext) => string;
}

export type HouseMessage =
  | BookStray
  | AssignTrade
  | RefuseTrade
  | ListHouseTrades
  | ReceiveTrade
  | TradeReceived
  | AssignmentDue;

export class House {
  readonly #desk: Desk;
  readonly #facts: FactBooking;
  readonly #options: HouseOptions;

  constructor(desk: Desk, facts: FactBooking, options: HouseOptions) {
    this.#desk = desk;
    this.#facts = facts;
    this.#options = options;
  }

  /** What an operator gave away before a restart, and its new owner has not confirmed. */
  resume(ctx: ShardContext): void {
    for (const row of this.#desk.store.houseTrades.listSent()) this.#send(row, ctx);
  }

  receive(message: HouseMessage, ctx: ShardContext): void {
    switch (message.kind) {
      case 'BookStray':
        return this.#bookStray(message, ctx);
      case 'AssignTrade':
        return this.#assign(message, ctx);
      case 'RefuseTrade':
        return this.#refuse(message, ctx);
      case 'ListHouseTrades':
        return this.#list(message, ctx);
      case 'ReceiveTrade':
        return this.#receiveTrade(message, ctx);
      case 'TradeReceived':
        return this.#tradeReceived(message, ctx);
      case 'AssignmentDue':
        return this.#due(message, ctx);
    }
  }

  #bookStray({ executions, replyTo }: BookStray, ctx: ShardContext): void {
    let booked = 0;
    for (const execution of executions) {
      if (execution.execKind === 'trade') booked += Number(this.#bookTrade(execution, ctx));
      else if (execution.execRef !== null) booked += Number(this.#amend(execution, ctx));
    }
    ctx.reply(replyTo, { outcome: booked > 0 ? 'booked' : 'already_booked' });
  }

  #assign(command: AssignTrade, ctx: ShardContext): void {
    const { epoch, execId, userId, replyTo } = command;
    const row = this.#desk.store.houseTrades.find(epoch, execId);
    if (row === null) return ctx.reply(replyTo, { outcome: 'no_such_trade' });
    if (row.state !== null) return this.#decided(row, row.userId === userId, command, ctx);
    if (row.lastQty === 0) return this.#decided(row, false, command, ctx); // busted meanwhile
    const account = this.#desk.booking.accountOf(HOUSE_USER_ID, ctx.nowMs());
    this.#desk.transfer(account, moveOf(row, 'given'), ctx);
    this.#desk.store.houseTrades.assign(row, userId, ctx.nowMs());
    this.#send({ ...row, userId }, ctx);
    this.#answer(command, false, ctx);
  }

  #refuse(command: RefuseTrade, ctx: ShardContext): void {
    const { epoch, execId, reason, replyTo } = command;
    const row = this.#desk.store.houseTrades.find(epoch, execId);
    if (row === null) return ctx.reply(replyTo, { outcome: 'no_such_trade' });
    if (row.state !== null) return this.#decided(row, row.reason === reason, command, ctx);
    this.#desk.store.houseTrades.refuse(epoch, execId, reason, ctx.nowMs());
    this.#answer(command, false, ctx);
  }

  #list({ max, replyTo }: ListHouseTrades, ctx: ShardContext): void {
    const rows = this.#desk.store.houseTrades.list(Math.min(max, LIMITS.houseTradesPageMax));
    ctx.reply(replyTo, { outcome: 'house_trades', trades: rows.map(tradeOf) });
  }

  /** The second step, in the shard of the user whose trade it is. */
  #receiveTrade({ userId, trade, replyTo }: ReceiveTrade, ctx: ShardContext): void {
    const account = this.#desk.booking.accountOf(userId, ctx.nowMs());
    const booked = this.#desk.transfer(account, moveOf(trade, 'received'), ctx);
    ctx.reply(replyTo, { outcome: booked ? 'booked' : 'already_booked' });
  }

  #tradeReceived({ epoch, execId, answer }: TradeReceived, ctx: ShardContext): void {
    if (!isAskFailure(answer)) return this.#desk.store.houseTrades.confirm(epoch, execId);
    ctx.count('assignments_to_send_again');
    const again = { kind: 'AssignmentDue', epoch, execId } as const;
    ctx.after(LIMITS.assignmentRetryMs, again, `assign:${epoch}:${execId}`);
  }

  #due({ epoch, execId }: AssignmentDue, ctx: ShardContext): void {
    const row = this.#desk.store.houseTrades.find(epoch, execId);
    if (row?.state === 'sent') this.#send(row, ctx);
  }

  #bookTrade(execution: Execution, ctx: ShardContext): boolean {
    const { epoch, execId, externalOrderId } = execution;
    if (this.#desk.store.fills.find(epoch, execId) !== null) return false;
    const account = this.#desk.booking.accountOf(HOUSE_USER_ID, ctx.nowMs());
    const stored = this.#desk.create(account, this.#intentOf(execution, ctx), ctx);
    this.#desk.incident('stray_trade', stored, { epoch, execId, externalOrderId }, ctx);
    this.#facts.execute(stored, withoutSum(execution), ctx);
    return true;
  }

  #amend(execution: Execution, ctx: ShardContext): boolean {
    const { epoch, execRef } = execution;
    const tradeId = this.#desk.store.amendments.tradeOf(epoch, execRef ?? '');
    const row = this.#desk.store.houseTrades.find(epoch, tradeId);
    const stored = row && this.#desk.store.orders.get(row.orderId);
    if (row === null || stored === null) {
      ctx.count('stray_amendments_without_trade');
      ctx.log('error', 'incident: a bust or correction of nobody knows what', { ...execution });
      return false;
    }
    const after = this.#facts.execute(stored, withoutSum(execution), ctx);
    const changed = after.order.version > stored.order.version;
    if (changed && row.userId !== null) {
      // The user's books are as the operator gave it: a second decision, by hand.
      const { userId } = row;
      this.#desk.incident('assigned_trade_amended', after, { epoch, tradeId, userId }, ctx);
    }
    this.#close(after, ctx);
    return changed;
  }

  /** Nothing of it works at the exchange: what a trade has lost does not come back. */
  #close(stored: StoredOrder, ctx: ShardContext): void {
    if (!stored.order.isOpen) return;
    const origin = { cause: 'busted', exchangeAtMs: null };
    this.#desk.apply(stored, { closedAtVenue: 'busted' }, 'order_cancelled', ctx, origin);
  }

  /** As if the house had asked for just this trade. */
  #intentOf(execution: Execution, ctx: ShardContext): OrderIntent {
    const { epoch, execId, symbol, side, lastQty, lastPriceInCents } = execution;
    const nowMs = ctx.nowMs();
    const price = lastPriceInCents ?? 1;
    return {
      id: this.#options.takeId(HOUSE_USER_ID, ctx),
      userId: HOUSE_USER_ID,
      idempotencyKey: `stray/${epoch}/${execId}`,
      venue: this.#desk.link.capabilities?.venue ?? 'SIM',
      symbol,
      side,
      orderType: 'limit',
      timeInForce: 'ioc',
      priceInCents: price,
      limitPriceInCents: price,
      referencePriceInCents: price,
      numShares: lastQty ?? 1,
      createdAtMs: nowMs,
      sendAttemptedAtMs: nowMs,
      notAfterMs: nowMs,
    };
  }

  #send(row: HouseTradeRow, ctx: ShardContext): void {
    const { epoch, execId, userId } = row;
    if (userId === null) return;
    ctx.ask<ReceiveTrade>(
      shardOf(userId, this.#options.shards),
      { kind: 'ReceiveTrade', userId, trade: tradeOf(row) },
      (answer) => ({ kind: 'TradeReceived', epoch, execId, answer }),
      LIMITS.factAskMs,
    );
  }

  #decided(
    row: HouseTradeRow,
    isSame: boolean,
    command: AssignTrade | RefuseTrade,
    ctx: ShardContext,
  ) {
    if (isSame) return this.#answer(command, true, ctx);
    ctx.reply(command.replyTo, { outcome: 'settled_otherwise', trade: tradeOf(row) });
  }

  #answer(command: AssignTrade | RefuseTrade, replayed: boolean, ctx: ShardContext): void {
    const row = this.#desk.store.houseTrades.find(command.epoch, command.execId);
    if (row === null) return ctx.reply(command.replyTo, { outcome: 'no_such_trade' });
    ctx.reply(command.replyTo, { outcome: 'house_trade', trade: tradeOf(row), replayed });
  }
}

/** Its sum is that of a stranger's order: of the house's, which is one trade, it says nothing. */
function withoutSum(execution: Execution): Execution {
  return { ...execution, cumQty: 0 };
}

/**
 * What the trade takes from the house, or brings its owner: shares and cash, one of them negative.
 * Shares that go out take their price with them, as in a sale: profit is counted from it.
 */
function moveOf(trade: Omit<HouseTrade, 'state'>, how: 'given' | 'received'): TradeMove {
  const { epoch, execId, symbol, side, lastQty, lastPriceInCents, feeInCents } = trade;
  const isGain = (side === 'buy') === (how === 'received');
  const amount = isGain ? lastQty : -lastQty;
  const costInCents = amount * lastPriceInCents;
  const fee = how === 'received' ? -feeInCents : feeInCents;
  const cashInCents = fee - costInCents;
  const depositId = `${how}/${epoch}/${execId}`;
  const tradedAtMs = trade.exchangeAtMs;
  return { depositId, asset: symbol, amount, costInCents, cashInCents, tradedAtMs };
}

const STATES = { sent: 'assigning', done: 'assigned', refused: 'refused' } as const;

function tradeOf(row: HouseTradeRow): HouseTrade {
  const { orderId, state, ...trade } = row;
  if (state !== null) return { ...trade, state: STATES[state] };
  return { ...trade, state: trade.lastQty === 0 ? 'busted' : 'open' };
}
