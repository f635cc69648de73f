// Money or shares that come in from outside, or leave.

export interface Deposit {
  /** Unique per user for ever, for example `listing/IBM`; withdrawals share the same ids. */
  readonly depositId: string;
  /** `USD` in cents, or a symbol in shares. */
  readonly asset: string;
  /** Negative for a withdrawal. */
  readonly amount: number;
  /** What the shares cost the customer, for the average cost; 0 for cash. */
  readonly costInCents: number;
}

/** The fields in which two deposits of one id differ, in the API's words. */
export function depositFieldsThatDiffer(a: Deposit, b: Deposit): string[] {
  const fields: string[] = [];
  if (a.amount < 0 !== b.amount < 0) fields.push('operation');
  if (a.asset !== b.asset) fields.push('asset');
  if (Math.abs(a.amount) !== Math.abs(b.amount)) fields.push('amount');
  if (a.costInCents !== b.costInCents) fields.push('costInCents');
  return fields;
}
