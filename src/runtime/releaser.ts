// Carries out what a turn wanted, in its order, now that it has ended well.
import { ActorTimer } from './actor-timer.ts';
import type { Cell } from './cell.ts';
import type { Clock } from './clock.ts';
import type { Counters } from './counters.ts';
import type { Effects } from './effects.ts';
import { replyToOf, type ToOwn } from './envelope.ts';
import type { Life } from './life.ts';
import type { LogSink } from './log-sink.ts';
import type { Mailer } from './mailer.ts';
import type { Intent } from './outbox.ts';
import type { Timers } from './timers.ts';

export interface ReleaserParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly mailer: Mailer;
  readonly effects: Effects;
  readonly life: Life;
  readonly counters: Counters;
  readonly log: LogSink;
}

export class Releaser {
  readonly #parts: ReleaserParts;

  constructor(parts: ReleaserParts) {
    this.#parts = parts;
  }

  release(cell: Cell, intents: readonly Intent[]): void {
    for (const intent of intents) this.#carryOut(cell, intent);
  }

  #carryOut(cell: Cell, intent: Intent): void {
    const { mailer, life, counters, log } = this.#parts;
    const from = cell.address;
    switch (intent.op) {
      case 'tell':
        handOn(cell, intent.message);
        return mailer.tell(from, intent.to, intent.route, intent.message);
      case 'offer':
        intent.route.link.giveBack();
        handOn(cell, intent.message);
        return mailer.tell(from, intent.route.to, intent.route, intent.message);
      case 'conflate':
        return mailer.conflate(from, intent);
      case 'ask':
        return mailer.ask(cell, intent);
      case 'refused-ask':
        return cell.hear(intent.toOwn, intent.failure);
      case 'reply':
        cell.openAsks.delete(intent.replyTo.correlationId);
        return mailer.reply(from, intent.replyTo, intent.reply);
      case 'after':
        return this.#startTimer(cell, intent);
      case 'cancel-timer':
        return this.#cancelTimer(cell, intent.key);
      case 'perform':
        return this.#perform(cell, intent);
      case 'watch':
        return life.watch(cell, intent.address, intent.toOwn as ToOwn);
      case 'count':
        return counters.add(intent.name, intent.by);
      case 'log':
        return log(intent.level, intent.text, { actor: from, ...intent.fields });
    }
  }

  #startTimer(cell: Cell, intent: Extract<Intent, { op: 'after' }>): void {
    this.#cancelTimer(cell, intent.key);
    const timer = new ActorTimer(cell, intent.key, intent.message);
    cell.timers.set(intent.key, timer);
    this.#parts.timers.schedule(timer, this.#parts.clock.elapsedMs() + intent.delayMs);
  }

  #cancelTimer(cell: Cell, key: string): void {
    const timer = cell.timers.get(key);
    if (timer === undefined) return;
    this.#parts.timers.cancel(timer);
    cell.timers.delete(key);
  }

  #perform(cell: Cell, { effect, toOwn, deadlineMs }: Extract<Intent, { op: 'perform' }>): void {
    const { effects, clock } = this.#parts;
    effects.start(cell, effect, toOwn, clock.elapsedMs() + deadlineMs);
  }
}

/** Whoever is told of an ask with its `replyTo` owes the answer from now on. */
function handOn(cell: Cell, message: object): void {
  const replyTo = replyToOf(message);
  if (replyTo !== null) cell.openAsks.delete(replyTo.correlationId);
}
