// A user's positions: what the balances say is held, and what the booked moves say it cost.
import type { Holding } from '../domain/account.ts';
import { USD } from '../domain/ledger.ts';
import { type Position, positionOf } from '../domain/position.ts';
import { ACCOUNT_CODES } from '../store/ledger-store.ts';
import type { ShardReader } from '../store/shard-reader.ts';
import type { PositionBooks } from './position-books.ts';

const NOTHING_EARNED = { costInCents: 0, realisedProfitInCents: 0 };

/** By symbol. */
export function positionsOf(userId: string, reader: ShardReader, books: PositionBooks): Position[] {
  return reader.snapshot(() => {
    const account = reader.account(userId);
    if (account === null) return [];
    const folded = books.upToDate(userId, account, reader);
    return holdingsOf(account.accountNo, reader).map((holding) =>
      positionOf(holding, folded.get(holding.symbol) ?? NOTHING_EARNED),
    );
  });
}

/** Those that are closed too: a balance that was once there stays as a row. */
function holdingsOf(accountNo: number, reader: ShardReader): Holding[] {
  const bySymbol = new Map<string, Holding>();
  for (const { asset, account, amount } of reader.balances(accountNo)) {
    if (asset === USD) continue;
    const { numShares, reservedShares } = bySymbol.get(asset) ?? {
      numShares: 0,
      reservedShares: 0,
    };
    const reserved = account === ACCOUNT_CODES.reserved ? amount : 0;
    bySymbol.set(asset, {
      symbol: asset,
      numShares: numShares + amount,
      reservedShares: reservedShares + reserved,
    });
  }
  return [...bySymbol.values()];
}
