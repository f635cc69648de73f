// The way in for code that is no actor: HTTP routes, the stream hub, the main thread. It has an
// address, so actors can tell it things; it may await, which actors may not.
import type {
  Address,
  Asked,
  AskFailure,
  AskMessage,
  LifeEvent,
  Message,
  ReplyOf,
  ReplyTo,
  Sizes,
} from './actor.ts';

export interface Edge {
  readonly address: Address;
  /**
   * Resolves with the reply or the reason why there is none; never rejects. The message is given
   * away: it may be asked again, but not be told or frozen.
   */
  ask<M extends AskMessage>(
    to: Address,
    message: Asked<M>,
    deadlineMs: number,
  ): Promise<ReplyOf<M> | AskFailure>;
  tell<M extends Message>(to: Address, message: M): void;
  reply<Reply>(replyTo: ReplyTo<Reply>, reply: Reply): void;
  /** Called at the end of a tick's run, after every message of that tick has been delivered. */
  onTickEnd(listener: () => void): void;
  watch(address: Address, listener: (event: LifeEvent) => void): void;
  nowMs(): number;
  random(): number;
  /** Runs once after `delayMs`; the result cancels it. */
  after(delayMs: number, run: () => void): () => void;
  count(name: string, by?: number): void;
  /** What `read` gives stands in the thread's snapshots, as an actor's sizes do. */
  showSizes(read: () => Sizes): void;
  close(): void;
}

export type EdgeListener = (message: Message, from: Address) => void;
