// A crowd of price watchers. One stream in so many is parsed event by event as it comes; the others
// are drained in turn, each once in a while, and their events counted.
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/exchange/simulator/random.ts';
import { Zipf } from '../../src/exchange/simulator/zipf.ts';
import { Latencies } from '../harness/histogram.ts';
import { DrainedStream } from './drained-stream.ts';
import type { CrowdPlan, CrowdReport, FromLoad, GeneratorUsage } from './protocol.ts';
import { Tally } from './tally.ts';
import { TimedStream, type TimedTotals } from './timed-stream.ts';
import { UsageMeter } from './usage-meter.ts';

const TURN_MS = 10;
const LOOK_EVERY_MS = 50;
/** Connections asked for at a time: more than the server's backlog would be refused. */
const OPENING_MAX = 100;
const OPENING_MS_MAX = 15_000;

interface Counts {
  readonly events: number;
  readonly timedEvents: number;
  readonly bytes: number;
  readonly reads: number;
}

export class CrowdLoad {
  readonly #plan: CrowdPlan;
  readonly #send: (message: FromLoad) => void;
  readonly #usage = new UsageMeter();
  readonly #timed: TimedStream[] = [];
  readonly #drained: DrainedStream[] = [];
  readonly #closed = new Tally();
  readonly #totals: TimedTotals = { age: new Latencies(), isMeasuring: false };
  #isParsing = false;
  #next = 0;
  #before: Counts = { events: 0, timedEvents: 0, bytes: 0, reads: 0 };
  #measured: { readonly counts: Counts; readonly usage: GeneratorUsage } | null = null;

  constructor(plan: CrowdPlan, send: (message: FromLoad) => void) {
    this.#plan = plan;
    this.#send = send;
  }

  async open(): Promise<void> {
    const { streams } = this.#plan;
    const choice = new SymbolChoice(this.#plan);
    setInterval(() => this.#drainSome(), TURN_MS);
    for (let first = 0; first < streams; first += OPENING_MAX) {
      const count = Math.min(OPENING_MAX, streams - first);
      const opening = Array.from({ length: count }, (_, i) => this.#openOne(first + i, choice));
      await Promise.race([Promise.all(opening), sleep(OPENING_MS_MAX, null, { ref: false })]);
    }
    this.#reached('ready');
  }

  begin(): void {
    this.#totals.isMeasuring = true;
    this.#before = this.#counts();
    this.#usage.start();
  }

  /** The end of what is timed and counted; the streams go on. */
  end(): void {
    this.#totals.isMeasuring = false;
    this.#measured = { counts: this.#counts(), usage: this.#usage.read() };
    this.#isParsing = true;
    for (const stream of this.#drained) stream.parse();
    this.#reached('sent');
  }

  /** Waits until every stream has the last published prices, then reports who has not. */
  finish(published: ReadonlyMap<string, number>): void {
    const untilMs = performance.now() + this.#plan.currentWithinMs;
    const look = (): void => {
      const notCurrent = this.#all().filter(
        ({ isClosed, prices, symbols }) => isClosed || prices.behind(symbols, published).length > 0,
      ).length;
      if (notCurrent > 0 && performance.now() < untilMs)
        return void setTimeout(look, LOOK_EVERY_MS);
      const report = this.#report(notCurrent);
      for (const stream of this.#all()) stream.close();
      this.#send({ kind: 'Reported', report });
    };
    look();
  }

  async #openOne(index: number, choice: SymbolChoice): Promise<void> {
    const { target, pathBefore, tokens, parseOneIn } = this.#plan;
    const symbols = choice.next();
    const options = {
      target,
      symbols,
      path: `${pathBefore}${symbols.join(',')}`,
      token: tokens[index % tokens.length] ?? '',
      onClosed: (reason: string) => this.#closed.add(reason),
    };
    if (index % parseOneIn === 0) {
      const stream = new TimedStream(options, this.#totals);
      this.#timed.push(stream);
      return stream.open();
    }
    const stream = new DrainedStream(options);
    this.#drained.push(stream);
    return stream.open();
  }

  /** So many at a time that each has its turn once per period. */
  #drainSome(): void {
    if (this.#isParsing || this.#drained.length === 0) return;
    const share = TURN_MS / this.#plan.drainEveryMs;
    const count = Math.ceil(this.#drained.length * share);
    for (let i = 0; i < count; i++) {
      this.#next = (this.#next + 1) % this.#drained.length;
      this.#drained[this.#next]?.drain();
    }
  }

  #all(): (TimedStream | DrainedStream)[] {
    return [...this.#timed, ...this.#drained];
  }

  #counts(): Counts {
    let [events, timedEvents, bytes, reads] = [0, 0, 0, 0];
    for (const stream of this.#timed) {
      timedEvents += stream.events;
      bytes += stream.bytes;
    }
    for (const stream of this.#drained) {
      events += stream.events;
      bytes += stream.bytes;
      reads += stream.reads;
    }
    return { events: events + timedEvents, timedEvents, bytes, reads };
  }

  #report(notCurrent: number): CrowdReport {
    const { counts, usage } = this.#measured ?? { counts: this.#before, usage: this.#usage.read() };
    return {
      kind: 'CrowdReport',
      age: this.#totals.age.summary(),
      events: counts.events - this.#before.events,
      timedEvents: counts.timedEvents - this.#before.timedEvents,
      bytes: counts.bytes - this.#before.bytes,
      drainedReads: counts.reads - this.#before.reads,
      timedStreams: this.#timed.length,
      openAtEnd: this.#all().filter(({ isClosed }) => !isClosed).length,
      notCurrent,
      closed: this.#closed.toJSON(),
      usage,
    };
  }

  #reached(phase: 'ready' | 'sent'): void {
    this.#send({ kind: 'PhaseReached', phase });
  }
}

/** So many different symbols for each client, the first ones more often. */
class SymbolChoice {
  readonly #names: readonly string[];
  readonly #count: number;
  readonly #zipf: Zipf;
  readonly #random: () => number;

  constructor({ symbols, symbolsPerStream, zipf, seed }: CrowdPlan) {
    this.#names = symbols;
    this.#count = Math.min(symbolsPerStream, symbols.length);
    this.#zipf = new Zipf(symbols.length, zipf);
    this.#random = seededRandom(seed);
  }

  next(): string[] {
    const chosen = new Set<string>();
    while (chosen.size < this.#count) {
      chosen.add(this.#names[this.#zipf.pick(this.#random())] ?? '');
    }
    return [...chosen];
  }
}
