// Gives the customers of bulk books what the directory gives its demo users, and writes down that
// it was given, so that a start has nothing left to give.
import { setImmediate as breath } from 'node:timers/promises';
import { shardNumberOf } from '../../src/actors/addresses.ts';
import type { OrderShardMessage } from '../../src/actors/order-shard/messages.ts';
import type { Deposit } from '../../src/domain/deposit.ts';
import { USD } from '../../src/domain/ledger.ts';
import { LIMITS } from '../../src/limits.ts';
import { DirectoryStore } from '../../src/store/directory-store.ts';
import { nobody } from './bulk-shard.ts';
import type { BatchParts } from './order-batches.ts';

const CUSTOMERS_PER_TURN = 64;

export interface FundingParts extends BatchParts {
  /** Of the directory's file. */
  readonly path: string;
}

export async function fundCustomers(parts: FundingParts, signal: AbortSignal): Promise<void> {
  const { userIds } = parts;
  const deposits = depositsOf(parts);
  for (let from = 0; from < userIds.length; from += CUSTOMERS_PER_TURN) {
    giveTo(userIds.slice(from, from + CUSTOMERS_PER_TURN), deposits, parts);
    await breath();
    signal.throwIfAborted();
  }
  writeDown(deposits, parts);
}

function giveTo(
  userIds: readonly string[],
  deposits: readonly Deposit[],
  { shards, shardMap }: FundingParts,
): void {
  for (const [number, shard] of shards.entries()) {
    const own = userIds.filter((userId) => shardNumberOf(userId, shardMap) === number);
    shard.turn(
      own.map((userId): OrderShardMessage => {
        return { kind: 'DepositAssets', userId, deposits, replyTo: nobody() };
      }),
    );
  }
}

/** As the directory asks for them: cash, and shares of each symbol that has a price. */
function depositsOf({ exchange }: FundingParts): Deposit[] {
  const amount = LIMITS.demoShares;
  const shares = [...exchange.terms()].map(([symbol, { price }]) => {
    const costInCents = amount * (price?.priceInCents ?? 0);
    return { depositId: `listing/${symbol}`, asset: symbol, amount, costInCents };
  });
  const cash = { asset: USD, amount: LIMITS.demoCashInCents, costInCents: 0 };
  return [{ depositId: 'opening-cash', ...cash }, ...shares];
}

function writeDown(
  deposits: readonly Deposit[],
  { path, exchange, clock, userIds }: FundingParts,
): void {
  const directory = new DirectoryStore(path, LIMITS.changesPerCheckpoint);
  try {
    directory.turn.begin();
    for (const listed of exchange.snapshot.symbols) directory.putSymbol(listed, clock.nowMs);
    for (const userId of userIds) {
      for (const { asset } of deposits) directory.putGrant(userId, asset);
    }
    directory.turn.commit();
  } finally {
    directory.close();
  }
}
