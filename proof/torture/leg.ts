// One data directory, one exchange and one crowd, through many deaths of the broker. At the end the
// load stops, everything comes to rest, and all of it is judged once more.
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/exchange/simulator/random.ts';
import { settled } from '../../test/scenario/audited.ts';
import { readTruth } from '../history/books-truth.ts';
import type { Scope } from '../scope.ts';
import { Cycle, type CycleResult } from './cycle.ts';
import { countsAtRest, restFindings } from './judges.ts';
import { drawKilling } from './killer.ts';
import {
  lowerFaults,
  patiently,
  raiseFaults,
  type Scene,
  type SceneOptions,
  setScene,
} from './scene.ts';
import { settlementsOf } from './settlements.ts';
import type { Tally } from './tally.ts';
import { drawWeather } from './weather.ts';

export interface LegOptions extends SceneOptions {
  readonly tally: Tally;
  readonly cycles: number;
  readonly onCycle: (result: CycleResult) => void;
}

/** A bust comes half a second after its trade. */
const LAST_FAULTS_MS = 1_000;
const STREAMS_MS = 10_000;
const CROWD_MS_MAX = 60_000;
/** In the cycles between, the broker dies again with much of the last death still unsettled. */
const LULL_EVERY = 5;
const LOOK_EVERY_MS = 50;

/** Ends early with the first cycle that has a finding. */
export async function runLeg(scope: Scope, options: LegOptions): Promise<string[]> {
  const scene = await setScene(scope, options);
  const leg = new LegRun(scene, options);
  const findings = await leg.cycles();
  if (findings.length === 0) findings.push(...(await leg.rest()));
  if (findings.length > 0) findings.push(...scene.victim.complaints.map((line) => `log: ${line}`));
  return findings;
}

class LegRun {
  readonly #scene: Scene;
  readonly #options: LegOptions;
  readonly #killsAtMs: number[] = [];

  constructor(scene: Scene, options: LegOptions) {
    this.#scene = scene;
    this.#options = options;
  }

  async cycles(): Promise<string[]> {
    const { cycles, seed, tally, onCycle } = this.#options;
    const random = seededRandom(seed + 2);
    const known = new Set<string>();
    this.#scene.crowd.trade();
    for (let n = 0; n < cycles; n++) {
      const killing = drawKilling(random);
      await raiseFaults(this.#scene, drawWeather(this.#scene.faults, random), seed + n);
      const isLull = n % LULL_EVERY === LULL_EVERY - 1;
      const cycle = new Cycle({ scene: this.#scene, tally, killing, isLull });
      const result = await cycle.run(known);
      this.#killsAtMs.push(...result.killsAtMs);
      onCycle(result);
      if (result.findings.length > 0) return [...result.findings];
    }
    return [];
  }

  async rest(): Promise<string[]> {
    const { crowd, exchange, victim, files, questions } = this.#scene;
    const { tally } = this.#options;
    await lowerFaults(this.#scene);
    await inTime(crowd.stop(), CROWD_MS_MAX, 'everybody has an answer');
    for (const question of questions.open) await crowd.ask(question);
    await sleep(LAST_FAULTS_MS);
    await patiently(() => exchange.control({ do: 'close-session' }));
    await settled(victim.life);
    await this.#streamsCaughtUp();
    crowd.hangUp();
    const code = await victim.life.stop();
    const truths = readTruth(files.paths);
    const findings = await restFindings(this.#scene, truths);
    if (code !== 0) findings.push(`I28: the broker was told to stop and ended with ${code}`);
    tally.settledAudits++;
    tally.add(await countsAtRest(this.#scene, truths));
    const { settledAfterMs, open } = settlementsOf(truths.values(), this.#killsAtMs);
    for (const ms of settledAfterMs) tally.unknownOrders.record(ms);
    for (const ms of questions.answeredAfterMs) tally.unknownRequests.record(ms);
    if (open > 0) findings.push(`I25: at rest ${open} orders have no word from the exchange`);
    if (questions.open.length > 0) findings.push(`at rest ${questions.open.length} are unanswered`);
    return findings;
  }

  /** What is still missing then is for the judges. */
  async #streamsCaughtUp(): Promise<void> {
    const { crowd, files } = this.#scene;
    const untilMs = Date.now() + STREAMS_MS;
    const truths = readTruth(files.paths);
    const isBehind = () =>
      crowd.readers.some(({ userId, lastSeq }) => {
        return lastSeq < (truths.get(userId)?.events.length ?? 0);
      });
    while (isBehind() && Date.now() < untilMs) await sleep(LOOK_EVERY_MS);
  }
}

async function inTime(done: Promise<void>, maxMs: number, what: string): Promise<void> {
  const isDone = await Promise.race([done.then(() => true), sleep(maxMs, false, { ref: false })]);
  if (!isDone) throw new Error(`${maxMs} ms went by before ${what}`);
}
