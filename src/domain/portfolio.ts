// What a user's portfolio was worth at the close of a session: what was booked then, and what later
// facts about trades from before it have changed. Integers only; what is not known is null.
import { USD } from './ledger.ts';

/** A print that was the last of its symbol when a session closed. */
export interface ClosingPrice {
  readonly symbol: string;
  readonly priceInCents: number;
  /** Exchange time of the print. */
  readonly lastTradedAtMs: number;
}

/** What was booked when the session closed. */
export interface PortfolioSnapshot {
  /** Available and reserved. */
  readonly cashInCents: number;
  /** Shares by symbol; none that is 0. */
  readonly shares: Readonly<Record<string, number>>;
}

/** A booking after the close that concerns a trade of before it. */
export interface LateBooking {
  readonly bookedAtMs: number;
  /** By asset: what it moved. */
  readonly amounts: Readonly<Record<string, number>>;
}

export interface ValuedPosition {
  readonly symbol: string;
  readonly numShares: number;
  /** Null: no price is known. */
  readonly closePriceInCents: number | null;
  readonly pricedAtMs: number | null;
  /** Null without a price, and when it is more than can be counted exactly. */
  readonly valueInCents: number | null;
}

export interface PortfolioWorth {
  readonly cashInCents: number;
  /** Null as soon as one of the positions has no value. */
  readonly positionsInCents: number | null;
  readonly totalInCents: number | null;
}

export interface PortfolioValue extends PortfolioWorth {
  readonly sessionNo: number;
  readonly sessionId: string;
  /** The exchange's calendar day; sessions of a replayed tape may share it. */
  readonly tradingDate: string;
  readonly closedAtMs: number;
  /** Taken when the broker learned that the session was over, not at its close. */
  readonly late: boolean;
  /** Cash brought in less cash taken out since the value before. */
  readonly netDepositsInCents: number;
  /** By symbol. */
  readonly positions: readonly ValuedPosition[];
  /** When the newest late booking changed it; null: it stands as it was taken. */
  readonly amendedAtMs: number | null;
  /** Null unless amended. */
  readonly asTaken: PortfolioWorth | null;
}

export type PriceOf = (symbol: string) => Omit<ClosingPrice, 'symbol'> | null;

/** The snapshot as it stands with what was booked late, and as it was taken. */
export function valuePortfolio(
  snapshot: PortfolioSnapshot,
  late: readonly LateBooking[],
  priceOf: PriceOf,
): Pick<PortfolioValue, keyof PortfolioWorth | 'positions' | 'amendedAtMs' | 'asTaken'> {
  const positions = positionsOf(snapshot, priceOf);
  const asTaken = worthOf(snapshot.cashInCents, positions);
  if (late.length === 0) return { ...asTaken, positions, amendedAtMs: null, asTaken: null };
  const amended = amendedBy(snapshot, late);
  const today = positionsOf(amended, priceOf);
  const amendedAtMs = Math.max(...late.map(({ bookedAtMs }) => bookedAtMs));
  return { ...worthOf(amended.cashInCents, today), positions: today, amendedAtMs, asTaken };
}

function amendedBy(snapshot: PortfolioSnapshot, late: readonly LateBooking[]): PortfolioSnapshot {
  let { cashInCents } = snapshot;
  const shares: Record<string, number> = { ...snapshot.shares };
  for (const { amounts } of late) {
    for (const [asset, amount] of Object.entries(amounts)) {
      if (asset === USD) cashInCents += amount;
      else shares[asset] = (shares[asset] ?? 0) + amount;
    }
  }
  return { cashInCents, shares };
}

function positionsOf({ shares }: PortfolioSnapshot, priceOf: PriceOf): ValuedPosition[] {
  const held = Object.entries(shares).filter(([, numShares]) => numShares !== 0);
  held.sort(([a], [b]) => (a < b ? -1 : 1));
  return held.map(([symbol, numShares]) => {
    const price = priceOf(symbol);
    const closePriceInCents = price?.priceInCents ?? null;
    return {
      symbol,
      numShares,
      closePriceInCents,
      pricedAtMs: price?.lastTradedAtMs ?? null,
      valueInCents: closePriceInCents === null ? null : exact(numShares * closePriceInCents),
    };
  });
}

function worthOf(cashInCents: number, positions: readonly ValuedPosition[]): PortfolioWorth {
  let positionsInCents: number | null = 0;
  for (const { valueInCents } of positions) {
    if (positionsInCents === null || valueInCents === null) positionsInCents = null;
    else positionsInCents = exact(positionsInCents + valueInCents);
  }
  const totalInCents = positionsInCents === null ? null : exact(positionsInCents + cashInCents);
  return { cashInCents, positionsInCents, totalInCents };
}

function exact(value: number): number | null {
  return Number.isSafeInteger(value) ? value : null;
}
