// What an exchange's list of an order's executions adds up to: trades, less what was busted, at the
// quantities of their last corrections.
import type { Execution } from '../../exchange/port.ts';

export function listedQty(executions: readonly Execution[]): number {
  const live = new Map<string, number>();
  /** A correction may be corrected or busted in its turn: all of them are about one trade. */
  const tradeOf = new Map<string, string>();
  for (const { execKind, execId, execRef, lastQty } of inOrder(executions)) {
    if (execKind === 'trade') live.set(execId, lastQty ?? 0);
    if (execRef === null || (execKind !== 'bust' && execKind !== 'correct')) continue;
    const trade = tradeOf.get(execRef) ?? execRef;
    tradeOf.set(execId, trade);
    if (execKind === 'bust') live.delete(trade);
    else if (live.has(trade)) live.set(trade, lastQty ?? 0);
  }
  return [...live.values()].reduce((sum, qty) => sum + qty, 0);
}

function inOrder(executions: readonly Execution[]): Execution[] {
  return [...executions].sort((a, b) => a.seq - b.seq);
}
