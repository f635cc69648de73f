// Questions to a simulated broker's actors that no client can ask: what each still has to do.
import { EXCHANGE_CONNECTION, RECONCILER, TRADE_PROCESSOR } from '../../src/actors/addresses.ts';
import type { GetConnectionState } from '../../src/actors/exchange-connection/protocol.ts';
import type { GetShardState } from '../../src/actors/order-shard/protocol.ts';
import type { GetReconciliation } from '../../src/actors/reconciler/protocol.ts';
import type { GetParked } from '../../src/actors/trade-processor/protocol.ts';
import { type Address, type AskFailure, isAskFailure } from '../../src/runtime/actor.ts';
import type { BrokerSimulation } from './broker-simulation.ts';

const ASK_MS = 5_000;

/** How much each part of the order path still has to do; everything is 0 at rest (I24, I25). */
export async function waiting(
  broker: BrokerSimulation,
  shards: readonly Address[],
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const shard of shards) {
    const { usersReconciling, cancelsWaiting } = await untilAnswered(broker, () =>
      broker.edge.ask<GetShardState>(shard, { kind: 'GetShardState' }, ASK_MS),
    );
    counts[`${shard} usersReconciling`] = usersReconciling;
    counts[`${shard} cancelsWaiting`] = cancelsWaiting;
  }
  const { submitsQueued, submitsInFlight } = await untilAnswered(broker, () =>
    broker.edge.ask<GetConnectionState>(
      EXCHANGE_CONNECTION,
      { kind: 'GetConnectionState' },
      ASK_MS,
    ),
  );
  const { inFlight } = await untilAnswered(broker, () =>
    broker.edge.ask<GetParked>(TRADE_PROCESSOR, { kind: 'GetParked' }, ASK_MS),
  );
  const { unresolvedByReason } = await untilAnswered(broker, () =>
    broker.edge.ask<GetReconciliation>(RECONCILER, { kind: 'GetReconciliation' }, ASK_MS),
  );
  let depth = 0;
  for (const { actors } of broker.simulation.snapshots()) {
    for (const actor of actors) depth += actor.depth;
  }
  return { ...counts, submitsQueued, submitsInFlight, inFlight, ...unresolvedByReason, depth };
}

async function untilAnswered<Answer>(broker: BrokerSimulation, ask: () => Promise<Answer>) {
  for (;;) {
    const answer = await ask();
    if (!isAskFailure(answer)) return answer as Exclude<Answer, AskFailure>;
    await broker.pause(100);
  }
}
