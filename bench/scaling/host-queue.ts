// One order host, order by order: what has arrived waits, a turn takes it together, and is answered
// when the turn has ended. Beyond a bound it is refused. A host may fail, and what it held with it.
import type { Prng } from '../../src/runtime/simulation/prng.ts';
import { exponential } from './chance.ts';
import type { TurnCost } from './order-hosts.ts';

export interface HostWork {
  /** Orders expected per second, one number for each second. */
  readonly rates: Float64Array;
  readonly turn: TurnCost;
  readonly queueMax: number;
  readonly chance: Prng;
  /** From then on nothing is taken or answered. */
  readonly failsAtSecond?: number | undefined;
  answered(atSecond: number, waitSeconds: number): void;
}

export interface HostRun {
  readonly offered: number;
  readonly served: number;
  readonly refused: number;
  /** Taken by a host that then failed: the client does not know, and asks with the same key. */
  readonly unanswered: number;
  readonly queued: number;
  readonly queueMax: number;
  readonly turns: number;
  /** In turns, of all the time it lived. */
  readonly busyShare: number;
}

export function runHost(work: HostWork): HostRun {
  const { turn, answered, rates, failsAtSecond = Number.POSITIVE_INFINITY } = work;
  const end = Math.min(rates.length, failsAtSecond);
  const queue = new WaitingOrders(work);
  let freeAt = 0;
  let served = 0;
  let turns = 0;
  let busySeconds = 0;
  for (;;) {
    queue.admitUntil(freeAt);
    const startsAt = queue.length > 0 ? freeAt : queue.nextArrival;
    if (startsAt >= end) break;
    queue.admitUntil(startsAt);
    const count = Math.min(queue.length, turn.ordersPerTurnMax);
    freeAt = startsAt + turn.turnSeconds + count * turn.orderSeconds;
    busySeconds += Math.min(freeAt, end) - startsAt;
    if (freeAt > end) break; // not committed: its orders are still those that wait
    for (let taken = 0; taken < count; taken++) answered(freeAt, freeAt - queue.take());
    served += count;
    turns++;
  }
  queue.admitUntil(end);
  const waiting = queue.length;
  const isDead = end < rates.length;
  const refusedLater = isDead ? queue.countUntil(rates.length) : 0;
  return {
    offered: queue.admitted + queue.refused + refusedLater,
    served,
    refused: queue.refused + refusedLater,
    unanswered: isDead ? waiting : 0,
    queued: isDead ? 0 : waiting,
    queueMax: queue.longest,
    turns,
    busyShare: busySeconds / end,
  };
}

/** Arrivals by chance at the rate of their second, and those that wait, in order. */
class WaitingOrders {
  readonly #rates: Float64Array;
  readonly #bound: number;
  readonly #chance: Prng;
  #arrivals: number[] = [];
  #head = 0;
  nextArrival = 0;
  admitted = 0;
  refused = 0;
  longest = 0;

  constructor({ rates, queueMax, chance }: HostWork) {
    this.#rates = rates;
    this.#bound = queueMax;
    this.#chance = chance;
    this.#drawNext(0);
  }

  get length(): number {
    return this.#arrivals.length - this.#head;
  }

  admitUntil(time: number): void {
    while (this.nextArrival <= time) {
      if (this.length >= this.#bound) this.refused++;
      else {
        this.admitted++;
        this.#arrivals.push(this.nextArrival);
      }
      this.#drawNext(this.nextArrival);
    }
    this.longest = Math.max(this.longest, this.length);
  }

  countUntil(time: number): number {
    let count = 0;
    for (; this.nextArrival <= time; this.#drawNext(this.nextArrival)) count++;
    return count;
  }

  take(): number {
    const arrival = this.#arrivals[this.#head++];
    if (arrival === undefined) throw new RangeError('nothing waits');
    if (this.#head > 1_024 && this.#head * 2 > this.#arrivals.length) {
      this.#arrivals = this.#arrivals.slice(this.#head);
      this.#head = 0;
    }
    return arrival;
  }

  /** A gap that does not end in its second is drawn anew from the next: it has no memory. */
  #drawNext(from: number): void {
    let time = from;
    for (let second = Math.floor(from); second < this.#rates.length; second++) {
      const rate = this.#rates[second] ?? 0;
      time += rate > 0 ? exponential(this.#chance, 1 / rate) : 1;
      if (time < second + 1) {
        this.nextArrival = time;
        return;
      }
      time = second + 1;
    }
    this.nextArrival = Number.POSITIVE_INFINITY;
  }
}
