// The facts that travel to the shards: whose they are, and what they carry.
import type { Execution } from '../../exchange/port.ts';
import type { Context } from '../../runtime/actor.ts';
import type { ExternalIdsStore, RoutedOrder } from '../../store/external-ids-store.ts';
import { HOUSE } from '../../store/external-ids-store.ts';
import type { Fact } from './fact-courier.ts';
import type { VenueOrderId } from './protocol.ts';

/** Whose order an execution is of; null when nobody has said so yet. Hits and misses count. */
export function lookUp(
  store: ExternalIdsStore,
  { epoch, externalOrderId }: Execution,
  ctx: Pick<Context<never>, 'count'>,
): string | null {
  const orderId = store.orderIdOf(epoch, externalOrderId);
  ctx.count(orderId === null ? 'mapping_misses' : 'mapping_hits');
  return orderId;
}

/** An acknowledgement that is known already does no harm, and brings the executions. */
export function factOf({ orderId, ...rest }: RoutedOrder): Fact {
  if (orderId === HOUSE) return { kind: 'BookStray', ...rest };
  return { kind: 'OrderAcknowledged', orderId, ...rest };
}

export function executionsOf(fact: Fact): readonly Execution[] {
  return fact.kind === 'ExecutionReported' ? [fact.execution] : fact.executions;
}

/** Which order of the exchange it is about. */
export function venueIdOf(fact: Fact): VenueOrderId {
  const { epoch, externalOrderId } = fact.kind === 'ExecutionReported' ? fact.execution : fact;
  return { epoch, externalOrderId };
}

export function ownerOf(fact: Fact): string {
  return fact.kind === 'BookStray' ? HOUSE : fact.orderId;
}

/** What a stray's owner would have to know; that it was accepted or ended is nobody's concern. */
export function isOfTrade({ execKind }: Execution): boolean {
  return execKind === 'trade' || execKind === 'bust' || execKind === 'correct';
}
