// One cycle: load, kill -9 at a drawn moment, start (killed too, in some), until everything that
// the kill has left unknown is known, and then the judges.
import { setTimeout as sleep } from 'node:timers/promises';
import { acknowledgedOrders } from '../history/check-history.ts';
import { TotalsReader } from '../history/totals.ts';
import { TotalsWatch } from '../history/totals-watch.ts';
import { liveFindings } from './judges.ts';
import type { Killing } from './killer.ts';
import type { Question } from './open-questions.ts';
import { lowerFaults, type Scene } from './scene.ts';
import type { Tally } from './tally.ts';

export interface CycleOptions {
  readonly scene: Scene;
  readonly tally: Tally;
  readonly killing: Killing;
  /** Whether the faults end with it, so that everything must become known. */
  readonly isLull: boolean;
}

export interface CycleResult {
  readonly findings: readonly string[];
  readonly killsAtMs: readonly number[];
  readonly recoveryMs: number;
  /**
   * From the first kill until nothing that it had left unknown was unknown any more; null: the next
   * one comes before that.
   */
  readonly knownAfterMs: number | null;
  readonly recovered: number;
}

const TOTALS_EVERY_MS = 100;
const LOOK_EVERY_MS = 50;
/** While things go on to go wrong; nothing is promised before they end. */
const UNDER_FAULTS_MS = 2_000;
/** `notAfter` and the 10 s that are promised then, and a slow machine. */
const KNOWN_MS_MAX = 15_000;
/** Then a question that nobody has asked again is asked by us. */
const GIVEN_UP_MS = 1_500;
const READY = 'outcry ready ';
const CLOCK = {
  nowMs: () => Date.now(),
  after: (delayMs: number, run: () => void) => void setTimeout(run, delayMs),
};

export class Cycle {
  readonly #scene: Scene;
  readonly #tally: Tally;
  readonly #killing: Killing;
  readonly #isLull: boolean;
  readonly #killsAtMs: number[] = [];
  readonly #findings: string[] = [];

  constructor({ scene, tally, killing, isLull }: CycleOptions) {
    this.#scene = scene;
    this.#tally = tally;
    this.#killing = killing;
    this.#isLull = isLull;
  }

  /** `known`: orders that had been acknowledged before an earlier kill. Adds to them. */
  async run(known: Set<string>): Promise<CycleResult> {
    await this.#load();
    const told = acknowledgedOrders(this.#scene.crowd.history);
    const recoveryMs = await this.#recover();
    const recovered = this.#lookFor(told, known);
    const isKnown = await this.#untilKnown();
    const knownAfterMs = isKnown ? Date.now() - (this.#killsAtMs[0] ?? 0) : null;
    this.#findings.push(...(await liveFindings(this.#scene)));
    this.#tally.liveAudits++;
    this.#tally.cycles++;
    const killsAtMs = this.#killsAtMs;
    return { findings: this.#findings, killsAtMs, recoveryMs, knownAfterMs, recovered };
  }

  /** The readers of the totals are gone before the start: what recovers is to recover alone. */
  async #load(): Promise<void> {
    const reader = new TotalsReader(this.#scene.files.paths);
    const totals = new TotalsWatch(reader, CLOCK, TOTALS_EVERY_MS);
    try {
      await sleep(this.#killing.underLoadAfterMs);
      await this.#kill();
    } finally {
      totals.stop();
    }
    this.#tally.snapshots += totals.snapshots;
    this.#findings.push(...totals.problems);
  }

  async #kill(): Promise<void> {
    const { victim } = this.#scene;
    const isReady = victim.life.stdout.includes(READY);
    this.#killsAtMs.push(Date.now());
    await victim.kill();
    if (isReady) this.#tally.killsUnderLoad++;
    else this.#tally.killsInRecovery++;
  }

  async #recover(): Promise<number> {
    const { victim, startMs } = this.#scene;
    for (const share of this.#killing.inStarts) {
      victim.begin();
      await sleep(share * startMs);
      await this.#kill();
    }
    const fromMs = Date.now();
    await victim.begin().ready();
    const recoveryMs = Date.now() - fromMs;
    this.#tally.recovery.record(recoveryMs);
    return recoveryMs;
  }

  /** Of the orders that were acknowledged since the last kill, how many are there. */
  #lookFor(told: ReadonlySet<string>, known: Set<string>): number {
    const kept = this.#scene.files.orderIds();
    const lost = [...told].filter((id) => !kept.has(id));
    const recovered = [...told].filter((id) => kept.has(id) && !known.has(id)).length;
    for (const id of told) known.add(id);
    this.#tally.lost += lost.length;
    this.#tally.recovered += recovered;
    this.#findings.push(...lost.map((id) => `I10: ${id} was acknowledged and is gone`));
    return recovered;
  }

  async #untilKnown(): Promise<boolean> {
    const unknown = new Unknown(this.#scene);
    if (this.#scene.faults !== 'none') {
      const isOver = await unknown.isOver(UNDER_FAULTS_MS);
      if (isOver || !this.#isLull) return isOver;
      this.#tally.lulls++;
      await lowerFaults(this.#scene);
    }
    if (await unknown.isOver(KNOWN_MS_MAX)) return true;
    this.#findings.push(`I25: ${KNOWN_MS_MAX} ms later ${unknown.sentence}`);
    return false;
  }
}

/** What a kill has left unknown: requests without an answer, orders without the exchange's word. */
class Unknown {
  readonly #scene: Scene;
  readonly #readyAtMs = Date.now();
  readonly #asked = new Set<Question>();
  #orders: readonly string[];

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#orders = [...scene.files.inTheMiddle()];
  }

  get sentence(): string {
    const requests = this.#requests().map(({ request }) => `${request.method} ${request.path}`);
    return `nobody knows of orders ${this.#orders}, nor of requests ${requests}`;
  }

  async isOver(maxMs: number): Promise<boolean> {
    const untilMs = Date.now() + maxMs;
    while (Date.now() < untilMs) {
      if (this.#orders.length > 0) {
        const inTheMiddle = this.#scene.files.inTheMiddle();
        this.#orders = this.#orders.filter((id) => inTheMiddle.has(id));
      }
      const requests = this.#requests();
      if (this.#orders.length + requests.length === 0) return true;
      if (Date.now() - this.#readyAtMs > GIVEN_UP_MS) this.#askFor(requests);
      await sleep(LOOK_EVERY_MS);
    }
    return false;
  }

  #requests(): Question[] {
    return this.#scene.questions.open.filter(({ sinceMs }) => sinceMs <= this.#readyAtMs);
  }

  #askFor(requests: readonly Question[]): void {
    for (const question of requests.filter((one) => !this.#asked.has(one))) {
      this.#asked.add(question);
      void this.#scene.crowd.ask(question);
    }
  }
}
