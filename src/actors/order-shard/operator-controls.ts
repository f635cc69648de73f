// What operators decide: for everybody, as the directory tells it, and for a user of this shard. A
// halt counts as applied when what was queued has been called back; cancels are never touched.
import type { Order } from '../../domain/order.ts';
import { NO_USER_LIMITS } from '../../domain/user-limits.ts';
import { type AskFailure, isAskFailure, type ReplyOf } from '../../runtime/actor.ts';
import { EXCHANGE_CONNECTION } from '../addresses.ts';
import type { ApplyTradingStates } from '../directory/protocol.ts';
import type { RecallSubmits } from '../exchange-connection/protocol.ts';
import type { Desk } from './desk.ts';
import type { RecallAnswered, ShardContext, UserHalt } from './messages.ts';
import type { Placing } from './placing.ts';
import type { PreTrade } from './pre-trade.ts';
import type {
  GetUserLimits,
  ListRestricted,
  SetUserLimits,
  SetUserTradingState,
  UserLimitsReply,
} from './protocol.ts';
import type { TradingControls } from './trading-controls.ts';

export type OperatorMessage =
  | ApplyTradingStates
  | SetUserTradingState
  | RecallAnswered
  | SetUserLimits
  | GetUserLimits
  | ListRestricted;

export interface OperatorParts {
  readonly desk: Desk;
  readonly controls: TradingControls;
  readonly preTrade: PreTrade;
  readonly placing: Placing;
  readonly recallAskMs: number;
}

export class OperatorControls {
  readonly #parts: OperatorParts;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  receive(message: OperatorMessage, ctx: ShardContext): void {
    switch (message.kind) {
      case 'ApplyTradingStates':
        return this.#onApplyTradingStates(message, ctx);
      case 'SetUserTradingState':
        return this.#onSetUserTradingState(message, ctx);
      case 'RecallAnswered':
        return this.#onRecallAnswered(message, ctx);
      case 'SetUserLimits':
        return this.#onSetUserLimits(message, ctx);
      case 'GetUserLimits':
        return ctx.reply(message.replyTo, this.#limitsOf(message.userId));
      case 'ListRestricted':
        return this.#onListRestricted(message, ctx);
    }
  }

  /** The connection calls back what is queued; we name what neither it nor anybody can stop. */
  #onApplyTradingStates({ states, replyTo }: ApplyTradingStates, ctx: ShardContext): void {
    const { controls } = this.#parts;
    controls.apply(states);
    const isHalted = ({ symbol }: Order) =>
      controls.broker.state === 'halted' || controls.symbol(symbol).state === 'halted';
    const onTheWire = this.#unknown(isHalted, ctx);
    ctx.reply(replyTo, { outcome: 'applied', notSent: 0, onTheWire });
  }

  #onSetUserTradingState(command: SetUserTradingState, ctx: ShardContext): void {
    const { userId, state, reason, by, replyTo } = command;
    const { desk } = this.#parts;
    const account = desk.booking.accountOf(userId, ctx.nowMs());
    const version = desk.setTradingState(account, { state, reason }, ctx);
    ctx.log('warn', `user ${userId} is ${state}`, { reason, by });
    const halt: UserHalt = { userId, version, decidedAtMs: ctx.nowMs(), replyTo };
    if (state !== 'halted') {
      const none = { appliedInMs: 0, notSent: 0, onTheWire: [] };
      return ctx.reply(replyTo, { outcome: 'in_force', version, ...none });
    }
    // In order after every submit of the user's that this shard has released.
    ctx.ask<RecallSubmits>(
      EXCHANGE_CONNECTION,
      { kind: 'RecallSubmits', userId },
      (answer) => ({ kind: 'RecallAnswered', halt, answer }),
      this.#parts.recallAskMs,
    );
  }

  #onRecallAnswered({ halt, answer }: RecallAnswered, ctx: ShardContext): void {
    const { userId, version, decidedAtMs, replyTo } = halt;
    if (mayStillSend(answer)) return ctx.reply(replyTo, { outcome: 'not_applied', version });
    const { notSent, onTheWire } = isAskFailure(answer) ? NOTHING_QUEUED : answer;
    const unknown = this.#unknown((order) => order.userId === userId, ctx);
    ctx.reply(replyTo, {
      outcome: 'in_force',
      version,
      appliedInMs: ctx.nowMs() - decidedAtMs,
      notSent,
      onTheWire: [...new Set([...onTheWire, ...unknown])],
    });
  }

  #onSetUserLimits({ userId, limits, by, replyTo }: SetUserLimits, ctx: ShardContext): void {
    const { desk } = this.#parts;
    const { accountNo } = desk.booking.accountOf(userId, ctx.nowMs());
    desk.store.accounts.setLimits(accountNo, limits);
    ctx.log('warn', `user ${userId} has new limits`, { ...limits, by });
    ctx.reply(replyTo, this.#limitsOf(userId));
  }

  #limitsOf(userId: string): UserLimitsReply {
    const { desk, preTrade } = this.#parts;
    const account = desk.store.accounts.find(userId);
    const own = account === null ? NO_USER_LIMITS : desk.store.accounts.limitsOf(account.accountNo);
    return { outcome: 'user_limits', own, inForce: preTrade.limitsOf(account) };
  }

  #onListRestricted({ max, replyTo }: ListRestricted, ctx: ShardContext): void {
    const users = this.#parts.desk.store.accounts.listRestricted(max);
    ctx.reply(replyTo, { outcome: 'restricted', users });
  }

  #unknown(isMeant: (order: Order) => boolean, ctx: ShardContext): string[] {
    return this.#parts.placing
      .stillUnknown(ctx)
      .filter(isMeant)
      .map(({ id }) => id);
  }
}

const NOTHING_QUEUED = { notSent: 0, onTheWire: [] };

/** A connection that has died has taken its queue with it. */
function mayStillSend(answer: ReplyOf<RecallSubmits> | AskFailure): answer is AskFailure {
  if (!isAskFailure(answer)) return false;
  return !(answer.outcome === 'unknown' && answer.reason === 'stopped');
}
