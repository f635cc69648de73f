// A small durable system for simulations: clerks on one thread tell a counter on another, again and
// again until it has answered, and the world outside hears of every answer as an effect.
import {
  type Actor,
  type ActorKind,
  type AskFailure,
  type Context,
  type Effect,
  isAskFailure,
  type Message,
} from '../../../src/runtime/actor.ts';
import type { SystemDefinition } from '../../../src/runtime/system.ts';
import { type Counted, counterKind, type Increment, NO_POISON } from '../counter-actor.ts';
import { TEST_LIMITS } from '../limits.ts';

export interface Announce extends Effect {
  readonly kind: 'Announce';
  readonly by: number;
  readonly total: number;
}

interface Work extends Message {
  readonly kind: 'Work';
}

interface Answered extends Message {
  readonly kind: 'Answered';
  readonly by: number;
  readonly answer: Counted | AskFailure;
}

interface Announced extends Message {
  readonly kind: 'Announced';
}

const EVERY_MS = 10;

class Clerk implements Actor<Work | Answered | Announced> {
  readonly #by: number;

  constructor(key: string, ctx: Context) {
    this.#by = Number(key);
    ctx.after(EVERY_MS, { kind: 'Work' }, 'work');
  }

  receive(message: Work | Answered | Announced, ctx: Context): void {
    if (message.kind === 'Work') this.#onWork(ctx);
    if (message.kind === 'Answered') this.#onAnswered(message, ctx);
  }

  #onWork(ctx: Context): void {
    const by = this.#by;
    const toOwn = (answer: Counted | AskFailure): Answered => ({ kind: 'Answered', by, answer });
    ctx.ask<Increment>('counter/0', { kind: 'Increment', by, ...NO_POISON }, toOwn, 500);
    ctx.after(ctx.random() * EVERY_MS, { kind: 'Work' }, 'work');
  }

  #onAnswered({ by, answer }: Answered, ctx: Context): void {
    if (isAskFailure(answer)) return ctx.count(`answer.${answer.outcome}`);
    const announce: Announce = { kind: 'Announce', by, total: answer.total };
    ctx.perform(announce, () => ({ kind: 'Announced' }), 1_000);
  }
}

export function clerkSystem(path: string): SystemDefinition {
  const clerk: ActorKind = {
    kind: 'clerk',
    create: (key, ctx) => new Clerk(key, ctx) as never,
    spawnable: false,
    passivateAfterMs: null,
    turnMessagesMax: 16,
    mailboxMax: 1_024,
    askWindow: 32,
    group: null,
  };
  return {
    threads: ['main', 'clerks', 'counters'],
    kinds: [counterKind(() => path), clerk],
    place: (kind) => (kind === 'counter' ? 'counters' : kind === 'clerk' ? 'clerks' : 'main'),
    residents: (thread) => {
      if (thread === 'counters') return ['counter/0'];
      return thread === 'clerks' ? ['clerk/1', 'clerk/1000'] : [];
    },
    limits: TEST_LIMITS,
  };
}
