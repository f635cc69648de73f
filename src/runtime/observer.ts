// What a simulation sees and decides of a dispatcher. In production there is none.
import type { Address } from './actor.ts';
import type { Envelope } from './envelope.ts';
import type { Packet } from './packet.ts';

export interface Observer {
  turnEnded(address: Address, batch: readonly Envelope[]): void;
  turnFailed(address: Address, batch: readonly Envelope[]): void;
  sent(packet: Packet): void;
  effectStarted(address: Address, kind: string): void;
  effectEnded(address: Address, kind: string): void;
  /** An answer or a message has come to an edge: code outside the actors may go on from here. */
  edgeHeard(address: Address): void;
  /** True: the process dies here, between the commit of this actor's turn and its release. */
  diesAfterCommit(address: Address): boolean;
}

/**
 * How much a tick takes. Production takes as much as it may; a simulation draws it from its seed.
 */
export interface Appetite {
  tickMessages(max: number): number;
  turnMessages(max: number): number;
  /** Which of the runnable actors is next. */
  pick(runnable: number): number;
}
