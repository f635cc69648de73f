// Messages that make an actor of the order path throw, as a bug in it would.
import {
  DIRECTORY,
  EXCHANGE_CONNECTION,
  RECONCILER,
  shardAddress,
  TRADE_PROCESSOR,
} from '../../src/actors/addresses.ts';
import type { BrokerSimulation } from './broker-simulation.ts';

const POISONS = [
  [shardAddress(0), { kind: 'DepositAssets', userId: 'usr_00x', deposits: null }],
  [shardAddress(1), { kind: 'DepositAssets', userId: 'usr_01x', deposits: null }],
  [TRADE_PROCESSOR, { kind: 'TakeExecutions', epoch: 'e1', executions: null }],
  [EXCHANGE_CONNECTION, { kind: 'CapabilitiesRead', answer: null }],
  [RECONCILER, { kind: 'LinkChanged', link: null }],
  [DIRECTORY, { kind: 'SymbolsListed', symbols: null }],
] as const;

export function poison(broker: BrokerSimulation): void {
  const [to, message] = POISONS[Math.floor(broker.random() * POISONS.length)] ?? POISONS[0];
  broker.edge.tell(to, message);
}
