// The facts that travel to the shards: whose they are, and what they carry.
import type { Execution } from '../../exchange/port.ts';
import { HOUSE, type RoutedOrder } from '../../store/external-ids-store.ts';
import type { Fact } from './fact-courier.ts';

/** An acknowledgement that is known already does no harm, and brings the executions. */
export function factOf({ orderId, ...rest }: RoutedOrder): Fact {
  if (orderId === HOUSE) return { kind: 'BookStray', ...rest };
  return { kind: 'OrderAcknowledged', orderId, ...rest };
}

export function executionsOf(fact: Fact): readonly Execution[] {
  return fact.kind === 'ExecutionReported' ? [fact.execution] : fact.executions;
}

export function ownerOf(fact: Fact): string {
  return fact.kind === 'BookStray' ? HOUSE : fact.orderId;
}

/** What a stray's owner would have to know; that it was accepted or ended is nobody's concern. */
export function isOfTrade({ execKind }: Execution): boolean {
  return execKind === 'trade' || execKind === 'bust' || execKind === 'correct';
}
