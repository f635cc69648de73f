// Messages that make an actor of the order path throw, as a bug in it would.
import {
  DIRECTORY,
  EXCHANGE_CONNECTION,
  RECONCILER,
  TRADE_PROCESSOR,
} from '../../src/actors/addresses.ts';
import type { DepositAssets } from '../../src/actors/order-shard/protocol.ts';
import type { BrokerSimulation } from './broker-simulation.ts';

const POISONS = [
  [TRADE_PROCESSOR, { kind: 'TakeExecutions', epoch: 'e1', executions: null }],
  [EXCHANGE_CONNECTION, { kind: 'CapabilitiesRead', answer: null }],
  [RECONCILER, { kind: 'LinkChanged', link: null }],
  [DIRECTORY, { kind: 'SymbolsListed', symbols: null }],
] as const;

const ASK_MS = 1_000;

export function poison(broker: BrokerSimulation): void {
  const draw = Math.floor(broker.random() * (POISONS.length + 2));
  const told = POISONS[draw];
  if (told !== undefined) return broker.edge.tell(told[0], told[1]);
  // Shards get a question: whoever asks must hear that it failed.
  const userId = `usr_0${draw % 2}nobody`;
  const deposits = null as unknown as DepositAssets['deposits'];
  const to = broker.shardOf(userId);
  void broker.edge.ask<DepositAssets>(to, { kind: 'DepositAssets', userId, deposits }, ASK_MS);
}
