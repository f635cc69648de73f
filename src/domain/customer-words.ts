// Amounts and reasons as a customer reads them.

/** `$1,234.05`; a negative amount has its sign in front. */
export function dollars(amountInCents: number): string {
  const cents = Math.abs(amountInCents);
  const whole = Math.floor(cents / 100)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ',');
  const sign = amountInCents < 0 ? '-' : '';
  return `${sign}$${whole}.${(cents % 100).toString().padStart(2, '0')}`;
}

export function shares(count: number): string {
  return count === 1 ? '1 share' : `${count} shares`;
}

/** `session_end` -> `session end`. */
export function phrase(reason: string): string {
  return reason.replaceAll('_', ' ');
}
