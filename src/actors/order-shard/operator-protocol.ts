// What operators ask of an order shard; a part of its protocol, through which others import it.
import type { TradingState } from '../../domain/account.ts';
import type { StateInForce } from '../../domain/trading-states.ts';
import type { TradingLimits, UserLimits } from '../../domain/user-limits.ts';
import type { ReplyTo } from '../../runtime/actor.ts';

/** The state of one user, from an operator; the shard itself sets `reducing` as well (I3). */
export interface SetUserTradingState {
  readonly kind: 'SetUserTradingState';
  readonly userId: string;
  readonly state: TradingState;
  readonly reason: string | null;
  /** Whose decision it is. */
  readonly by: string;
  readonly replyTo: ReplyTo<
    | {
        readonly outcome: 'in_force';
        /** The sequence of the account's event. */
        readonly version: number;
        readonly appliedInMs: number;
        readonly notSent: number;
        readonly onTheWire: readonly string[];
      }
    /** Durable, but what of the user's was queued may still be sent. */
    | { readonly outcome: 'not_applied'; readonly version: number }
  >;
}

export interface SetUserLimits {
  readonly kind: 'SetUserLimits';
  readonly userId: string;
  readonly limits: UserLimits;
  readonly by: string;
  readonly replyTo: ReplyTo<UserLimitsReply>;
}

export interface GetUserLimits {
  readonly kind: 'GetUserLimits';
  readonly userId: string;
  readonly replyTo: ReplyTo<UserLimitsReply>;
}

export interface UserLimitsReply {
  readonly outcome: 'user_limits';
  /** Null stands for the broker's default. */
  readonly own: UserLimits;
  readonly inForce: TradingLimits;
}

/** The users of this shard who are not active. */
export interface ListRestricted {
  readonly kind: 'ListRestricted';
  readonly max: number;
  readonly replyTo: ReplyTo<{
    readonly outcome: 'restricted';
    readonly users: readonly (StateInForce & { readonly userId: string })[];
  }>;
}

export type OperatorCommand = SetUserTradingState | SetUserLimits | GetUserLimits | ListRestricted;
