// The parts that one dispatcher's actors and edges share, put together once.
import { type Address, type Context, keyOf, kindOf } from './actor.ts';
import { Asks } from './asks.ts';
import { assertSystem } from './check-system.ts';
import type { Clock } from './clock.ts';
import { Counters } from './counters.ts';
import { DeadLetters } from './dead-letters.ts';
import type { DispatcherOptions } from './dispatcher.ts';
import { Effects } from './effects.ts';
import { Life, type LifeHost } from './life.ts';
import { Links } from './links.ts';
import type { Deliver } from './local-link.ts';
import type { LogSink } from './log-sink.ts';
import { Mailer } from './mailer.ts';
import type { Observer } from './observer.ts';
import { PoisonRing } from './poison.ts';
import { Router } from './router.ts';
import type { RuntimeLimits } from './system.ts';
import { Timers } from './timers.ts';

export interface Kernel {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: LogSink;
  readonly limits: RuntimeLimits;
  readonly observer: Observer | null;
  readonly timers: Timers;
  readonly counters: Counters;
  readonly poison: PoisonRing;
  readonly deadLetters: DeadLetters;
  readonly links: Links;
  readonly router: Router;
  readonly asks: Asks;
  readonly mailer: Mailer;
  readonly effects: Effects;
  readonly life: Life;
}

export interface KernelHooks {
  readonly deliver: Deliver;
  isUpHere(address: Address): boolean;
  readonly sendSystem: LifeHost['sendSystem'];
}

export function createKernel<C extends Context>(
  options: DispatcherOptions<C>,
  hooks: KernelHooks,
): Kernel {
  const { thread, incarnation, definition, clock, random, log, drivers } = options;
  const { threads, limits } = definition;
  assertSystem(definition);
  const timers = new Timers();
  const counters = new Counters();
  const poison = new PoisonRing(limits.poisonKept);
  const deadLetters = new DeadLetters({ clock, log, keptMax: limits.deadLettersKept });
  const links = new Links(thread, definition, hooks.deliver);
  const router = new Router(definition.place, links.byThread);
  const asks = new Asks(timers, threads.indexOf(thread), threads.length, incarnation);
  const observer = options.observer ?? null;
  const life = new Life({
    thread,
    threadOf: (address) => router.routeTo(address)?.link.thread ?? null,
    isUpHere: (address) => hooks.isUpHere(address),
    isLinked: (other) => links.byThread.get(other)?.isUp ?? false,
    sendSystem: hooks.sendSystem,
  });
  const shared = { clock, random, log, limits, observer, timers, counters, poison, deadLetters };
  const mailer = new Mailer({ ...shared, router, asks });
  const effects = new Effects({ drivers, timers, log, observer });
  return { ...shared, links, router, asks, mailer, effects, life };
}

/** Whether `place` puts an address on this thread. */
export function isPlacedHere<C extends Context>(
  { definition, thread }: DispatcherOptions<C>,
  address: Address,
): boolean {
  return definition.place(kindOf(address), keyOf(address)) === thread;
}
