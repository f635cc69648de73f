// A user's positions: what the balances say is held, and what the booked moves say it cost.
import { type Position, positionOf } from '../domain/position.ts';
import { holdingsOf } from '../store/holdings.ts';
import type { ShardReader } from '../store/shard-reader.ts';
import type { PositionBooks } from './position-books.ts';

const NOTHING_EARNED = { costInCents: 0, realisedProfitInCents: 0 };

/** By symbol. */
export function positionsOf(userId: string, reader: ShardReader, books: PositionBooks): Position[] {
  return reader.snapshot(() => {
    const account = reader.account(userId);
    if (account === null) return [];
    const folded = books.upToDate(userId, account, reader);
    return holdingsOf(reader.balances(account.accountNo)).map((holding) =>
      positionOf(holding, folded.get(holding.symbol) ?? NOTHING_EARNED),
    );
  });
}
