// A position as a customer sees it: what is held, what it cost, what has been earned on it.
import type { Holding } from './account.ts';
import { averageInCents } from './money.ts';

export interface Position extends Holding {
  /** Of the shares that are held; negative while shares are owed. */
  readonly costInCents: number;
  /** Rounded for display; null when nothing is held. */
  readonly averageCostInCents: number | null;
  readonly realisedProfitInCents: number;
}

export function positionOf(
  holding: Holding,
  { costInCents, realisedProfitInCents }: Pick<Position, 'costInCents' | 'realisedProfitInCents'>,
): Position {
  const averageCostInCents = averageInCents(Math.abs(costInCents), Math.abs(holding.numShares));
  return { ...holding, costInCents, averageCostInCents, realisedProfitInCents };
}
