// What a simulation or a crash-point run sees and decides of a dispatcher. In production there is
// none.
import type { Address, Effect } from './actor.ts';
import type { Envelope } from './envelope.ts';
import type { Packet } from './packet.ts';

export interface Observer {
  /** A durable turn has run, and nothing of it is on disk. */
  committing(address: Address, batch: readonly Envelope[]): void;
  /** It is on disk, and nothing of it has left. */
  committed(address: Address, batch: readonly Envelope[]): void;
  turnEnded(address: Address, batch: readonly Envelope[]): void;
  turnFailed(address: Address, batch: readonly Envelope[]): void;
  sent(packet: Packet): void;
  /** A frame with these messages is about to be handed to the other thread's port. */
  posting(thread: string, messages: readonly Packet[]): void;
  posted(thread: string): void;
  effectStarted(address: Address, kind: string, effect: Effect): void;
  /** Its driver has it. */
  effectHanded(address: Address, effect: Effect): void;
  /** Its performer is about to hear this. */
  effectAnswered(address: Address, effect: Effect, result: unknown): void;
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
