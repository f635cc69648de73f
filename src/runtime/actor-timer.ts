// An actor's own timer: one per key. It stays the actor's until its message has its turn, so that
// cancelling it still works then.
import type { Address, Message } from './actor.ts';
import { Timer } from './timers.ts';

export interface TimerOwner {
  readonly address: Address;
  hearTimer(timer: ActorTimer): void;
}

export class ActorTimer extends Timer {
  readonly key: string;
  readonly message: Message;
  readonly #owner: TimerOwner;

  constructor(owner: TimerOwner, key: string, message: Message) {
    super();
    this.#owner = owner;
    this.key = key;
    this.message = message;
  }

  override fire(): void {
    this.#owner.hearTimer(this);
  }
}
