// What a customer's account is at one moment.

export type TradingState = 'active' | 'reducing' | 'halted';

export interface Account {
  readonly userId: string;
  /** Available plus reserved. */
  readonly cashInCents: number;
  readonly reservedInCents: number;
  /** What a new order may use: the available part. */
  readonly buyingPowerInCents: number;
  readonly tradingState: TradingState;
}

/** The account as its two balances make it. */
export function accountFrom(
  userId: string,
  balances: { readonly available: number; readonly reserved: number },
  tradingState: TradingState,
): Account {
  const { available, reserved } = balances;
  return {
    userId,
    cashInCents: available + reserved,
    reservedInCents: reserved,
    buyingPowerInCents: available,
    tradingState,
  };
}

export interface Holding {
  readonly symbol: string;
  /** Available plus reserved. */
  readonly numShares: number;
  readonly reservedShares: number;
}
