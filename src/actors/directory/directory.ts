// Who the users are and what can be traded. Gives each demo user cash, and shares of a symbol when
// the exchange first lists it; a grant counts as done when the shard has confirmed it.
import { BUCKETS, newUserId } from '../../domain/ids.ts';
import { USD } from '../../domain/ledger.ts';
import { type Address, type DurableActor, isAskFailure } from '../../runtime/actor.ts';
import type { DirectoryStore, User } from '../../store/directory-store.ts';
import { type ShardMap, shardAddress, shardOf } from '../addresses.ts';
import type { Deposit, DepositAssets } from '../order-shard/protocol.ts';
import { StoreActor } from '../store-actor.ts';
import { type DecisionOptions, Decisions } from './decisions.ts';
import type { DirectoryContext, DirectoryMessage, GrantAnswered } from './messages.ts';
import type {
  CatalogueChanged,
  CreateUser,
  EnsureUser,
  GetCredentials,
  GetDirectoryState,
  GetSigningKey,
  GetUser,
  ListUsers,
  SymbolsListed,
  WatchCatalogue,
} from './protocol.ts';

export interface DirectoryOptions {
  readonly store: DirectoryStore;
  readonly shards: ShardMap;
  /** Becomes the key that signs tokens if the directory has none yet. */
  readonly freshSigningKey: string;
  readonly demoCashInCents: number;
  readonly demoShares: number;
  readonly depositsPerAskMax: number;
  readonly askMs: number;
  readonly retryMs: number;
  readonly decisions: DecisionOptions;
}

export class Directory
  extends StoreActor
  implements DurableActor<DirectoryMessage, DirectoryContext>
{
  readonly #options: DirectoryOptions;
  readonly #store: DirectoryStore;
  readonly #decisions: Decisions;
  readonly #watchers = new Set<Address>();
  /** Grants that a shard has not confirmed yet, as `user asset`. */
  readonly #open = new Set<string>();

  constructor(options: DirectoryOptions, ctx: DirectoryContext) {
    super(options.store);
    this.#options = options;
    this.#store = options.store;
    const shards = [...new Set(options.shards)].map(shardAddress);
    this.#decisions = new Decisions(this.#store, shards, options.decisions, ctx);
    const symbols = this.#store.listSymbols();
    for (const userId of this.#store.listDemoUserIds()) this.#grantDemo(userId, symbols, ctx);
  }

  receive(message: DirectoryMessage, ctx: DirectoryContext): void {
    switch (message.kind) {
      case 'GetCredentials':
        return this.#onGetCredentials(message, ctx);
      case 'EnsureUser':
        return this.#onEnsureUser(message, ctx);
      case 'CreateUser':
        return this.#onCreateUser(message, ctx);
      case 'ListUsers':
        return this.#onListUsers(message, ctx);
      case 'GetUser':
        return this.#onGetUser(message, ctx);
      case 'GetSigningKey':
        return this.#onGetSigningKey(message, ctx);
      case 'SymbolsListed':
        return this.#onSymbolsListed(message, ctx);
      case 'WatchCatalogue':
        return this.#onWatchCatalogue(message, ctx);
      case 'GetDirectoryState':
        return this.#onGetDirectoryState(message, ctx);
      case 'GrantAnswered':
        return this.#onGrantAnswered(message, ctx);
      case 'GrantDue':
        return this.#ask(message.userId, message.deposits, ctx);
      case 'SetTradingState':
        return this.#decisions.set(message, ctx);
      case 'GetTradingStates':
        return this.#decisions.get(message, ctx);
      default:
        return this.#decisions.receive(message, ctx);
    }
  }

  #onGetCredentials({ email, replyTo }: GetCredentials, ctx: DirectoryContext): void {
    const user = this.#store.findUser(email);
    if (user === null) return ctx.reply(replyTo, { outcome: 'no_such_user' });
    const { userId, role, passwordHash } = user;
    ctx.reply(replyTo, { outcome: 'credentials', userId, role, passwordHash });
  }

  #onEnsureUser(command: EnsureUser, ctx: DirectoryContext): void {
    const { email, name, role, passwordHash, isDemo, replyTo } = command;
    const known = this.#store.findUser(email);
    const userId = known?.userId ?? freshUserId(ctx);
    const user: User = { userId, email, name, role, passwordHash, isDemo };
    if (known === null) this.#store.insertUser(user, ctx.nowMs());
    else this.#store.updateUser(user);
    if (isDemo) this.#grantDemo(userId, this.#store.listSymbols(), ctx);
    ctx.reply(replyTo, { outcome: 'user', userId });
  }

  #onCreateUser(command: CreateUser, ctx: DirectoryContext): void {
    const { email, name, role, passwordHash, replyTo } = command;
    if (this.#store.findUser(email) !== null) return ctx.reply(replyTo, { outcome: 'email_taken' });
    const user = { userId: freshUserId(ctx), email, name, role, isDemo: false };
    const createdAtMs = ctx.nowMs();
    this.#store.insertUser({ ...user, passwordHash }, createdAtMs);
    ctx.reply(replyTo, { outcome: 'created', user: { ...user, createdAtMs } });
  }

  #onListUsers({ afterUserId, max, replyTo }: ListUsers, ctx: DirectoryContext): void {
    const users = this.#store.listUsers(afterUserId, max + 1);
    const hasMore = users.length > max;
    ctx.reply(replyTo, { outcome: 'users', users: users.slice(0, max), hasMore });
  }

  #onGetUser({ userId, replyTo }: GetUser, ctx: DirectoryContext): void {
    const user = this.#store.getUser(userId);
    ctx.reply(replyTo, user === null ? { outcome: 'no_such_user' } : { outcome: 'user', user });
  }

  #onGetSigningKey({ replyTo }: GetSigningKey, ctx: DirectoryContext): void {
    const keyBase64url = this.#store.secret('signing_key', this.#options.freshSigningKey);
    ctx.reply(replyTo, { outcome: 'signing_key', keyBase64url });
  }

  #onSymbolsListed({ symbols, replyTo }: SymbolsListed, ctx: DirectoryContext): void {
    for (const listed of symbols) this.#store.putSymbol(listed, ctx.nowMs());
    for (const userId of this.#store.listDemoUserIds()) this.#grantShares(userId, symbols, ctx);
    ctx.reply(replyTo, { outcome: 'listed' });
    const changed = this.#catalogue();
    for (const watcher of this.#watchers) ctx.tell(watcher, changed);
  }

  #onWatchCatalogue({ watcher }: WatchCatalogue, ctx: DirectoryContext): void {
    this.#watchers.add(watcher);
    ctx.tell(watcher, this.#catalogue());
  }

  #onGetDirectoryState({ replyTo }: GetDirectoryState, ctx: DirectoryContext): void {
    ctx.reply(replyTo, {
      outcome: 'directory_state',
      users: this.#store.countUsers(),
      symbols: this.#store.listSymbols().length,
      grantsOpen: this.#open.size,
    });
  }

  /** What no shard has confirmed yet, from before a crash as well. */
  #grantDemo(
    userId: string,
    symbols: readonly { readonly symbol: string }[],
    ctx: DirectoryContext,
  ): void {
    this.#grant(userId, [cashGrant(this.#options.demoCashInCents)], ctx);
    this.#grantShares(userId, symbols, ctx);
  }

  /** Of those symbols that the exchange lists now. */
  #grantShares(
    userId: string,
    symbols: readonly { readonly symbol: string }[],
    ctx: DirectoryContext,
  ): void {
    const amount = this.#options.demoShares;
    const deposits = symbols.flatMap(({ symbol }) => {
      const terms = ctx.referencePrice(symbol);
      if (terms === null) return [];
      const costInCents = amount * (terms.price?.priceInCents ?? 0);
      return [{ depositId: `listing/${symbol}`, asset: symbol, amount, costInCents }];
    });
    this.#grant(userId, deposits, ctx);
  }

  /** Asks the user's shard for what it has not confirmed yet; asking twice is harmless there. */
  #grant(userId: string, deposits: readonly Deposit[], ctx: DirectoryContext): void {
    const given = this.#store.grantsOf(userId);
    const due = deposits.filter(
      ({ asset }) => !given.has(asset) && !this.#open.has(`${userId} ${asset}`),
    );
    for (const { asset } of due) this.#open.add(`${userId} ${asset}`);
    for (let from = 0; from < due.length; from += this.#options.depositsPerAskMax) {
      this.#ask(userId, due.slice(from, from + this.#options.depositsPerAskMax), ctx);
    }
  }

  #ask(userId: string, deposits: readonly Deposit[], ctx: DirectoryContext): void {
    ctx.ask<DepositAssets>(
      shardOf(userId, this.#options.shards),
      { kind: 'DepositAssets', userId, deposits },
      (answer) => ({ kind: 'GrantAnswered', userId, deposits, answer }),
      this.#options.askMs,
    );
  }

  #onGrantAnswered({ userId, deposits, answer }: GrantAnswered, ctx: DirectoryContext): void {
    if (isAskFailure(answer)) {
      const key = `grant:${userId}:${deposits[0]?.asset}`;
      return ctx.after(this.#options.retryMs, { kind: 'GrantDue', userId, deposits }, key);
    }
    for (const { asset } of deposits) {
      this.#store.putGrant(userId, asset);
      this.#open.delete(`${userId} ${asset}`);
    }
  }

  #catalogue(): CatalogueChanged {
    return { kind: 'CatalogueChanged', symbols: this.#store.listSymbols() };
  }
}

function freshUserId(ctx: DirectoryContext): string {
  const random = () => ctx.random();
  return newUserId(Math.floor(random() * BUCKETS), random);
}

function cashGrant(amount: number): Deposit {
  return { depositId: 'opening-cash', asset: USD, amount, costInCents: 0 };
}
