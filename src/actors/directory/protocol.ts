// What the directory accepts and answers: who the users are, and what can be traded.
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
  | GetSigningKey
  | SymbolsListed
  | WatchCatalogue
  | GetDirectoryState;
