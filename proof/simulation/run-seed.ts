// One seed from beginning to end: a safety phase in which everything may go wrong, a liveness phase
// in which nothing does and all must settle, and then the judges. Green when none has a finding.

import { LIMITS } from '../../src/limits.ts';
import { readTruth, type UserTruth } from '../history/books-truth.ts';
import { countsOf, type HistoryCounts } from '../history/check-history.ts';
import { TotalsReader } from '../history/totals.ts';
import { TotalsWatch } from '../history/totals-watch.ts';
import { Scope } from '../scope.ts';
import { Attacker } from './attacker.ts';
import { Books } from './books.ts';
import { BrokerSimulation } from './broker-simulation.ts';
import type { DiskFate } from './disk-faults.ts';
import { findingsOf } from './judges.ts';
import { OperatorDeeds } from './operator-deeds.ts';
import { People } from './people.ts';
import { type Plan, type Preset, planOf } from './plan.ts';
import { countSometimes, type Sometimes, TraceCases } from './sometimes.ts';

export interface SeedOptions {
  readonly preset?: Preset;
  /** What befalls the disk, in place of what the plan has drawn. */
  readonly diskFate?: DiskFate;
  readonly customers?: number;
  readonly ordersEach?: number;
  /** Hears every line of the trace. */
  readonly onTraceLine?: (line: string) => void;
}

export interface SeedResult {
  readonly seed: string;
  /** Sentences; none when the seed is green. */
  readonly findings: readonly string[];
  readonly plan: Plan;
  readonly traceHash: string;
  readonly orders: number;
  readonly messages: number;
  readonly operations: HistoryCounts;
  /** From the end of the faults until everything had settled; null when it did not. */
  readonly settledMs: number | null;
  readonly faults: Readonly<Record<string, number>>;
  readonly sometimes: Sometimes;
}

const CUSTOMERS = 8;
const ORDERS_EACH = 26;
const VIRTUAL_MINUTE = 60_000;
const SAFETY_MS_MAX = 20_000;
/** Invariants: 10 s after the last fault, or after the last submit that it touched is too late. */
const RECOVERY_MS = LIMITS.notAfterMs + 10_000;
/** What an exchange said before it lost its book may be claimed by nobody any more (E05, E41). */
const PARKED_MS = 65_000;
/** Longer than a quote takes to come back, and than a request to the exchange is waited for. */
const REST_MS = LIMITS.venueRequestMs + 1_000;
const LOOK_EVERY_MS = 1_000;
const TOTALS_EVERY_MS = 500;

export async function runSeed(seed: string, options: SeedOptions = {}): Promise<SeedResult> {
  const scope = new Scope();
  const drawn = planOf(seed, options.preset);
  const { diskFate } = options;
  const plan = diskFate === undefined ? drawn : { ...drawn, diskFate };
  const trace = new TraceCases();
  const onTraceLine = (line: string) => {
    trace.take(line);
    options.onTraceLine?.(line);
  };
  const broker = new BrokerSimulation(scope, seed, plan, onTraceLine);
  try {
    return await new SeedRun({ broker, plan, seed, options, trace }).result();
  } finally {
    await scope.end();
  }
}

interface SeedParts {
  readonly broker: BrokerSimulation;
  readonly plan: Plan;
  readonly seed: string;
  readonly options: SeedOptions;
  readonly trace: TraceCases;
}

class SeedRun {
  readonly #parts: SeedParts;
  readonly #people: People;
  readonly #books: Books;
  #readTruths: ReadonlyMap<string, UserTruth> | null = null;

  constructor(parts: SeedParts) {
    this.#parts = parts;
    this.#people = new People(parts.broker);
    this.#books = new Books(parts.broker);
  }

  async result(): Promise<SeedResult> {
    const findings: string[] = [];
    let settledMs: number | null = null;
    try {
      const totals = await this.#safety();
      settledMs = await this.#liveness();
      await this.#rest();
      findings.push(...totals.problems);
      if (settledMs === null) {
        const late = `I25: ${this.#recoveryMs} ms after the last fault`;
        findings.push(...this.#books.unsettled().map((what) => `${late} ${what}`));
      }
      const { broker, plan } = this.#parts;
      const truths = this.#truths();
      const judged = { broker, plan, people: this.#people, books: this.#books, truths };
      findings.push(...(await findingsOf(judged)));
    } catch (error) {
      findings.push(`the run broke off: ${error instanceof Error ? error.stack : error}`);
    }
    return this.#report(findings, settledMs);
  }

  /** Customers and the operator at work while everything goes wrong. */
  async #safety(): Promise<TotalsWatch> {
    const { broker, plan, options } = this.#parts;
    const people = this.#people;
    const { customers = CUSTOMERS, ordersEach = ORDERS_EACH } = options;
    const { paceMs, operatorMs, isStrangerThere } = plan;
    await broker.untilDone(people.arrive(customers, paceMs, plan), 5 * VIRTUAL_MINUTE);
    const reader = new TotalsReader(broker.shardPaths);
    const totals = new TotalsWatch(reader, broker.environment, TOTALS_EVERY_MS);
    if (isStrangerThere) broker.venue.tradeAsStranger();
    broker.beginFaults();
    const attacker = new Attacker(broker, plan);
    const deeds = new OperatorDeeds(broker, people);
    const working = operatorMs === null ? Promise.resolve() : deeds.goOn(operatorMs);
    const trading = Promise.all(people.customers.map((customer) => customer.trade(ordersEach)));
    await broker.untilDone(Promise.race([trading, broker.pause(SAFETY_MS_MAX)]), VIRTUAL_MINUTE);
    deeds.stop();
    attacker.stop();
    broker.endFaults();
    await broker.untilDone(trading, 10 * VIRTUAL_MINUTE);
    await broker.untilDone(working, 5 * VIRTUAL_MINUTE);
    totals.stop();
    return totals;
  }

  /** I25: how long it took until nothing was in the middle any more. */
  async #liveness(): Promise<number | null> {
    const { broker } = this.#parts;
    const fromMs = broker.simulation.nowMs();
    broker.venue.stopMarket();
    while (!this.#books.areSettled()) {
      if (broker.simulation.nowMs() - fromMs > this.#recoveryMs) return null;
      await broker.untilDone(broker.pause(LOOK_EVERY_MS), VIRTUAL_MINUTE);
    }
    return broker.simulation.nowMs() - fromMs;
  }

  /** Once: nothing changes any more when it is asked for. */
  #truths(): ReadonlyMap<string, UserTruth> {
    this.#readTruths ??= readTruth(this.#parts.broker.shardPaths);
    return this.#readTruths;
  }

  get #recoveryMs(): number {
    return this.#parts.plan.bookLossMs === null ? RECOVERY_MS : RECOVERY_MS + PARKED_MS;
  }

  async #rest(): Promise<void> {
    const { broker } = this.#parts;
    await broker.untilDone(broker.pause(REST_MS), VIRTUAL_MINUTE);
  }

  #report(findings: readonly string[], settledMs: number | null): SeedResult {
    const { broker, plan, seed, trace } = this.#parts;
    const { history } = this.#people;
    const truths = this.#truths();
    return {
      seed,
      findings,
      plan,
      traceHash: broker.simulation.traceHash(),
      orders: this.#books.orders().length,
      messages: broker.simulation.messages,
      operations: countsOf(history),
      settledMs,
      faults: broker.faultCounts(),
      sometimes: countSometimes({ broker, history, truths, trace }),
    };
  }
}
