// Sends for actors (once their turn is released) and for edges. Whatever cannot be sent is answered
// or becomes a dead letter.
import type { Address, Merge, Message, ReplyTo } from './actor.ts';
import { type Asker, type Asks, PendingAsk } from './asks.ts';
import type { Clock } from './clock.ts';
import type { Counters } from './counters.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { ToOwn } from './envelope.ts';
import type { Observer } from './observer.ts';
import type { Packet } from './packet.ts';
import type { Route, Router } from './router.ts';

export interface MailerParts {
  readonly clock: Clock;
  readonly router: Router;
  readonly asks: Asks;
  readonly deadLetters: DeadLetters;
  readonly counters: Counters;
  readonly observer: Observer | null;
}

export interface Question {
  readonly route: Route;
  readonly message: object;
  readonly toOwn: ToOwn;
  readonly deadlineMs: number;
}

export interface Conflated {
  readonly to: Address;
  readonly route: Route | null;
  readonly key: string;
  readonly message: Message;
  readonly merge: Merge;
}

export class Mailer {
  readonly #parts: MailerParts;

  constructor(parts: MailerParts) {
    this.#parts = parts;
  }

  tell(from: Address, to: Address, route: Route | null, message: Message): void {
    const packet: Packet = [to, from, message];
    const { deadLetters, observer } = this.#parts;
    if (route === null) return deadLetters.add(packet, 'unknown_address');
    observer?.sent(packet);
    if (route.link.tell(packet)) return;
    deadLetters.add(packet, route.link.isUp ? 'backlog_full' : 'thread_down');
  }

  conflate(from: Address, { to, route, key, message, merge }: Conflated): void {
    const packet: Packet = [to, from, message];
    const { deadLetters, observer } = this.#parts;
    if (route === null) return deadLetters.add(packet, 'unknown_address');
    observer?.sent(packet);
    if (!route.link.conflate(key, packet, merge)) deadLetters.add(packet, 'backlog_full');
  }

  /** The slot in the window has been taken by the caller. */
  ask(asker: Asker, { route, message, toOwn, deadlineMs }: Question): void {
    const { asks, clock, observer } = this.#parts;
    const ask = new PendingAsk(asks, asker, route, toOwn);
    const correlationId = asks.add(ask, clock.elapsedMs() + deadlineMs);
    const replyTo: ReplyTo = { to: asker.address, correlationId };
    const packet: Packet = [route.to, asker.address, asked(message, replyTo)];
    observer?.sent(packet);
    route.link.put(packet);
  }

  reply(from: Address, replyTo: ReplyTo, reply: unknown): void {
    const { router, counters, observer } = this.#parts;
    const route = router.routeTo(replyTo.to);
    if (route === null || !route.link.isUp) return counters.add('replies.undeliverable', 1);
    const packet: Packet = [replyTo, from, reply];
    observer?.sent(packet);
    route.link.put(packet);
  }
}

/**
 * A copy of every question for its `replyTo` took longer than the sending, so the object itself
 * gets it; one that has been asked before stays as it is.
 */
function asked(message: { replyTo?: ReplyTo }, replyTo: ReplyTo): object {
  if (message.replyTo !== undefined) return { ...message, replyTo };
  message.replyTo = replyTo;
  return message;
}
