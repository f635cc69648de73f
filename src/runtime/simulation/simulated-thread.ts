// One thread of a simulated process: a dispatcher that is told when to tick, and whose appetite is
// drawn from the seed.
import type { Address, Context } from '../actor.ts';
import type { Clock } from '../clock.ts';
import { Dispatcher, type DispatcherOptions } from '../dispatcher.ts';
import { kindOfBody, kindOfEnvelope } from '../envelope.ts';
import type { Appetite, Observer } from '../observer.ts';
import type { Prng } from './prng.ts';
import type { Trace } from './trace.ts';
import { usAt } from './virtual-clock.ts';

export type ThreadOptions<C extends Context> = Pick<
  DispatcherOptions<C>,
  'thread' | 'incarnation' | 'definition' | 'drivers' | 'extendContext' | 'log'
> & {
  readonly clock: Clock;
  readonly random: Prng;
  readonly trace: Trace;
  /** Of the whole process, after any durable commit. */
  diesAfterCommit(address: Address): boolean;
  onEdgeHeard(): void;
  onTurn(messages: number): void;
};

export type ThreadFate = 'lives' | 'process_died' | 'thread_died';

export class SimulatedThread<C extends Context> {
  readonly name: string;
  readonly incarnation: number;
  readonly dispatcher: Dispatcher<C>;
  #fate: ThreadFate = 'lives';
  #isWoken = false;

  constructor(options: ThreadOptions<C>) {
    const { thread, incarnation, random, trace, clock } = options;
    this.name = thread;
    this.incarnation = incarnation;
    const chance = random.stream(`${thread}/${incarnation}/actors`);
    this.dispatcher = new Dispatcher<C>({
      ...options,
      clock,
      random: () => chance.next(),
      waker: {
        soon: () => {
          this.#isWoken = true;
        },
        at: () => undefined, // the simulation asks for the next timer itself
      },
      onEscalate: () => {
        this.#fate = 'thread_died';
      },
      onFatal: () => {
        this.#fate = 'process_died';
      },
      observer: observe(thread, trace, {
        onEdgeHeard: () => options.onEdgeHeard(),
        onTurn: (messages) => options.onTurn(messages),
        diesAfterCommit: (address) => {
          const dies = options.diesAfterCommit(address);
          if (dies) this.#fate = 'process_died';
          return dies;
        },
      }),
      appetite: appetiteOf(random.stream(`${thread}/${incarnation}/appetite`)),
    });
  }

  get fate(): ThreadFate {
    return this.#fate;
  }

  isReady(nowUs: number): boolean {
    return this.#isWoken || this.nextTimerAtUs() <= nowUs;
  }

  nextTimerAtUs(): number {
    const atMs = this.dispatcher.nextTimerAtMs();
    return atMs === null ? Number.POSITIVE_INFINITY : usAt(atMs);
  }

  tick(drain: () => void): void {
    this.#isWoken = false;
    this.dispatcher.tick(drain);
  }
}

function appetiteOf(random: Prng): Appetite {
  return {
    tickMessages: (max) => upTo(max, random),
    turnMessages: (max) => upTo(max, random),
    pick: (runnable) => random.int(Math.max(runnable, 1)),
  };
}

/**
 * Small numbers as likely as large ones: one message per turn finds other bugs than a thousand do.
 */
function upTo(max: number, random: Prng): number {
  const scale = 2 ** random.int(Math.floor(Math.log2(max)) + 2);
  return 1 + random.int(Math.min(scale, max));
}

function observe(
  thread: string,
  trace: Trace,
  hooks: Pick<ThreadOptions<Context>, 'onEdgeHeard' | 'onTurn' | 'diesAfterCommit'>,
): Observer {
  return {
    turnEnded: (address, batch) => {
      hooks.onTurn(batch.length);
      trace.add(thread, 'turn', address, ...batch.map(kindOfEnvelope));
    },
    turnFailed: (address, batch) =>
      trace.add(thread, 'failed', address, ...batch.map(kindOfEnvelope)),
    sent: ([to, from, body]) => {
      const address = typeof to === 'string' ? to : `${to.to}#${to.correlationId}`;
      trace.add(thread, 'sent', from, address, kindOfBody(body));
    },
    effectStarted: (address, kind) => trace.add(thread, 'effect', address, kind),
    effectEnded: (address, kind) => trace.add(thread, 'effect-ended', address, kind),
    edgeHeard: (address) => {
      trace.add(thread, 'edge', address);
      hooks.onEdgeHeard();
    },
    diesAfterCommit: (address) => {
      const dies = hooks.diesAfterCommit(address);
      if (dies) trace.add(thread, 'died-after-commit', address);
      return dies;
    },
    // The trace tells these already, by what comes before and after them.
    committing: () => undefined,
    committed: () => undefined,
    posting: () => undefined,
    posted: () => undefined,
    effectHanded: () => undefined,
    effectAnswered: () => undefined,
  };
}
