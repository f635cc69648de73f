// Money or shares that come in from outside.

export interface Deposit {
  /** Unique per user for ever, for example `listing/IBM`. */
  readonly depositId: string;
  /** `USD` in cents, or a symbol in shares. */
  readonly asset: string;
  readonly amount: number;
  /** What the shares cost the customer, for the average cost; 0 for cash. */
  readonly costInCents: number;
}
