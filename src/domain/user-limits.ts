// The limits of one user's orders. What an operator has not set for the user is the broker's
// default.

export interface TradingLimits {
  readonly orderSharesMax: number;
  readonly orderValueMaxInCents: number;
  readonly ordersPerSecondMax: number;
  /** Two alike within it are a mistake; 0 takes any. */
  readonly duplicateWindowMs: number;
}

/** Null stands for the default. */
export type UserLimits = { readonly [Name in keyof TradingLimits]: TradingLimits[Name] | null };

export const NO_USER_LIMITS: UserLimits = {
  orderSharesMax: null,
  orderValueMaxInCents: null,
  ordersPerSecondMax: null,
  duplicateWindowMs: null,
};

export function limitsInForce(own: UserLimits, defaults: TradingLimits): TradingLimits {
  return {
    orderSharesMax: own.orderSharesMax ?? defaults.orderSharesMax,
    orderValueMaxInCents: own.orderValueMaxInCents ?? defaults.orderValueMaxInCents,
    ordersPerSecondMax: own.ordersPerSecondMax ?? defaults.ordersPerSecondMax,
    duplicateWindowMs: own.duplicateWindowMs ?? defaults.duplicateWindowMs,
  };
}
