// What a user owns, read off the balances.
import type { Holding } from '../domain/account.ts';
import { USD } from '../domain/ledger.ts';
import { ACCOUNT_CODES, type BalanceRow } from './ledger-store.ts';

/** By symbol; those that are closed too: a balance that was once there stays as a row. */
export function holdingsOf(balances: readonly BalanceRow[]): Holding[] {
  const bySymbol = new Map<string, { numShares: number; reservedShares: number }>();
  for (const { asset, account, amount } of balances) {
    if (asset === USD) continue;
    const holding = bySymbol.get(asset) ?? { numShares: 0, reservedShares: 0 };
    holding.numShares += amount;
    if (account === ACCOUNT_CODES.reserved) holding.reservedShares += amount;
    bySymbol.set(asset, holding);
  }
  return [...bySymbol].map(([symbol, holding]) => ({ symbol, ...holding }));
}
