// What the directory accepts and answers: who the users are, and what can be traded.
import type { TradingState } from '../../domain/account.ts';
import type { StateInForce, SymbolState, TradingStates } from '../../domain/trading-states.ts';
import type { ListedSymbol } from '../../exchange/port.ts';
import type { Address, ReplyTo } from '../../runtime/actor.ts';

export type Role = 'customer' | 'admin';

export interface GetCredentials {
  readonly kind: 'GetCredentials';
  readonly email: string;
  readonly replyTo: ReplyTo<CredentialsReply>;
}

export type CredentialsReply =
  | {
      readonly outcome: 'credentials';
      readonly userId: string;
      readonly role: Role;
      readonly passwordHash: string;
    }
  | { readonly outcome: 'no_such_user' };

/** Idempotent by e-mail: an existing user keeps its id. */
export interface EnsureUser {
  readonly kind: 'EnsureUser';
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** `scrypt$N$r$p$salt$hash`, base64url. Replaces the stored one. */
  readonly passwordHash: string;
  /** A demo user is given cash, and shares of each symbol when the exchange first lists it. */
  readonly isDemo: boolean;
  readonly replyTo: ReplyTo<{ readonly outcome: 'user'; readonly userId: string }>;
}

/** Unlike `EnsureUser`, leaves a user who is there already as it is. */
export interface CreateUser {
  readonly kind: 'CreateUser';
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly passwordHash: string;
  readonly replyTo: ReplyTo<
    | { readonly outcome: 'created'; readonly user: UserSummary }
    | { readonly outcome: 'email_taken' }
  >;
}

export interface UserSummary {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly isDemo: boolean;
  readonly createdAtMs: number;
}

/** A page of the users by id, after `afterUserId`. */
export interface ListUsers {
  readonly kind: 'ListUsers';
  /** Empty for the first page. */
  readonly afterUserId: string;
  readonly max: number;
  readonly replyTo: ReplyTo<{
    readonly outcome: 'users';
    readonly users: readonly UserSummary[];
    readonly hasMore: boolean;
  }>;
}

export interface GetUser {
  readonly kind: 'GetUser';
  readonly userId: string;
  readonly replyTo: ReplyTo<
    { readonly outcome: 'user'; readonly user: UserSummary } | { readonly outcome: 'no_such_user' }
  >;
}

/** The key that signs tokens; made once per data directory. */
export interface GetSigningKey {
  readonly kind: 'GetSigningKey';
  readonly replyTo: ReplyTo<{ readonly outcome: 'signing_key'; readonly keyBase64url: string }>;
}

/** From the exchange-connection, on every snapshot. */
export interface SymbolsListed {
  readonly kind: 'SymbolsListed';
  readonly symbols: readonly ListedSymbol[];
  readonly replyTo: ReplyTo<{ readonly outcome: 'listed' }>;
}

/** Registers for `CatalogueChanged`, the first of which comes at once. */
export interface WatchCatalogue {
  readonly kind: 'WatchCatalogue';
  readonly watcher: Address;
}

export interface CatalogueChanged {
  readonly kind: 'CatalogueChanged';
  /** All symbols, sorted by name. */
  readonly symbols: readonly CatalogueEntry[];
}

export interface CatalogueEntry {
  readonly symbol: string;
  readonly company: string;
  readonly tickInCents: number;
}

/** The kill switch, and its smaller relatives. Durable before anybody hears of it. */
export interface SetTradingState {
  readonly kind: 'SetTradingState';
  /** Null: the whole broker. */
  readonly symbol: string | null;
  readonly state: TradingState;
  readonly reason: string | null;
  /** Whose decision it is. */
  readonly by: string;
  readonly replyTo: ReplyTo<SetTradingStateReply>;
}

export type SetTradingStateReply =
  /** Every shard and the exchange-connection have applied it. */
  | ({ readonly outcome: 'in_force'; readonly version: number } & HaltEffect)
  /** Durable, and applied by all but these, who are asked on and on. */
  | {
      readonly outcome: 'not_applied';
      readonly version: number;
      readonly missing: readonly Address[];
    }
  | { readonly outcome: 'unknown_symbol' }
  | { readonly outcome: 'busy' };

/** What a halt has done to the submits that were under way. */
export interface HaltEffect {
  readonly appliedInMs: number;
  /** Submits that were kept from the exchange. */
  readonly notSent: number;
  /** Orders whose submit it came too late for: written, and not answered yet. */
  readonly onTheWire: readonly string[];
}

/**
 * Asked of every shard and of the exchange-connection after each decision and whenever one of them
 * comes up, again until it is answered. Until they have heard the first, no order leaves.
 */
export interface ApplyTradingStates {
  readonly kind: 'ApplyTradingStates';
  readonly states: TradingStates;
  readonly replyTo: ReplyTo<TradingStatesApplied>;
}

/** Of the halts in force, whichever decision made them. */
export interface TradingStatesApplied extends Omit<HaltEffect, 'appliedInMs'> {
  readonly outcome: 'applied';
}

export interface GetTradingStates {
  readonly kind: 'GetTradingStates';
  readonly replyTo: ReplyTo<{
    readonly outcome: 'trading_states';
    readonly version: number;
    readonly broker: Decided & StateInForce;
    readonly symbols: readonly (Decided & SymbolState)[];
  }>;
}

/** Null as long as nobody has decided anything. */
export interface Decided {
  readonly by: string | null;
  readonly atMs: number | null;
}

export interface GetDirectoryState {
  readonly kind: 'GetDirectoryState';
  readonly replyTo: ReplyTo<DirectoryState>;
}

export interface DirectoryState {
  readonly outcome: 'directory_state';
  readonly users: number;
  readonly symbols: number;
  /** Demo grants that a shard has not confirmed yet. */
  readonly grantsOpen: number;
}

export type DirectoryCommand =
  | GetCredentials
  | EnsureUser
  | CreateUser
  | ListUsers
  | GetUser
  | GetSigningKey
  | SymbolsListed
  | WatchCatalogue
  | SetTradingState
  | GetTradingStates
  | GetDirectoryState;
