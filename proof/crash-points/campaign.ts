// Kills each scenario at each of its points, then again at a point of the recovery, and keeps
// count. A point that a run did not reach is tried again, and then told by name: never passed over.
import type { Prng } from '../../src/runtime/simulation/prng.ts';
import { Rotation, sampleOf, targetsOf } from './plan.ts';
import { type RunResult, run } from './run.ts';
import type { Scenario } from './scenarios/scenario.ts';
import type { Target } from './target.ts';
import type { Theatre } from './theatre.ts';

export interface Verdict {
  readonly scenario: string;
  readonly kill: Target | null;
  readonly recovery: Target | null;
  readonly outcome: 'green' | 'failed' | 'not_reached';
  readonly failure: string | null;
}

export interface ScenarioReport {
  readonly name: string;
  readonly points: number;
  readonly runs: number;
  readonly kills: number;
  readonly ms: number;
  /** Everything that was not green. */
  readonly others: readonly Verdict[];
}

export interface CampaignOptions {
  readonly scenarios: readonly Scenario[];
  /** So many at the same time. */
  readonly jobs: number;
  /** How many of each scenario's points, and by what chance; null: all. */
  readonly sample: { readonly perScenario: number; readonly chance: Prng } | null;
  tell(line: string): void;
}

/** How often a point is tried that a run does not reach. */
const TRIES = 3;
/** In a sample every third point is killed once more, during its recovery. */
const RECOVERY_EVERY = 3;

export class Campaign {
  readonly recovery = new Rotation();
  readonly #theatre: Theatre;
  readonly #options: CampaignOptions;

  constructor(theatre: Theatre, options: CampaignOptions) {
    this.#theatre = theatre;
    this.#options = options;
  }

  async run(): Promise<ScenarioReport[]> {
    const reports: ScenarioReport[] = [];
    for (const scenario of this.#options.scenarios) {
      const report = await this.#kill(scenario);
      this.#options.tell(lineOf(report));
      reports.push(report);
    }
    return reports;
  }

  async #kill(scenario: Scenario): Promise<ScenarioReport> {
    const startedAtMs = Date.now();
    const tally = new Tally((verdict) => this.#options.tell(failureText(verdict)));
    const listed = await run(this.#theatre, { scenario, kill: null, recovery: null });
    tally.take({ scenario: scenario.name, kill: null, recovery: null }, listed);
    const targets = this.#sampled(targetsOf(listed.hits));
    await inParallel(targets, this.#options.jobs, async (kill, place) => {
      const first = await this.#attempt(scenario, kill, tally);
      const isSkipped = this.#options.sample !== null && place % RECOVERY_EVERY !== 0;
      if (isSkipped || !first.isReached) return;
      await this.#killAgain(scenario, kill, first.recoveryHits, tally);
    });
    const { runs, kills, others } = tally;
    const ms = Date.now() - startedAtMs;
    return { name: scenario.name, points: targets.length, runs, kills, others, ms };
  }

  async #attempt(scenario: Scenario, kill: Target, tally: Tally): Promise<RunResult> {
    for (let tried = 1; ; tried++) {
      const result = await run(this.#theatre, { scenario, kill, recovery: null });
      if (!isOver(result, tried)) continue;
      tally.take({ scenario: scenario.name, kill, recovery: null }, result);
      return result;
    }
  }

  /** A point that this recovery does not hit a second time makes room for another. */
  async #killAgain(
    scenario: Scenario,
    kill: Target,
    recoveryHits: readonly string[],
    tally: Tally,
  ): Promise<void> {
    for (let tried = 1; ; tried++) {
      const recovery = this.recovery.next(recoveryHits);
      if (recovery === null) return;
      const result = await run(this.#theatre, { scenario, kill, recovery });
      if (result.isReached) this.recovery.killed(recovery);
      if (!isOver(result, tried)) continue;
      return tally.take({ scenario: scenario.name, kill, recovery }, result);
    }
  }

  #sampled(targets: readonly Target[]): readonly Target[] {
    const { sample } = this.#options;
    return sample === null ? targets : sampleOf(targets, sample.perScenario, sample.chance);
  }
}

function isOver({ isReached, failure }: RunResult, tried: number): boolean {
  return isReached || failure !== null || tried === TRIES;
}

class Tally {
  runs = 0;
  kills = 0;
  readonly others: Verdict[] = [];
  readonly #onOther: (verdict: Verdict) => void;

  constructor(onOther: (verdict: Verdict) => void) {
    this.#onOther = onOther;
  }

  take(of: Omit<Verdict, 'outcome' | 'failure'>, result: RunResult): void {
    this.runs++;
    this.kills += result.kills;
    const { failure, isReached } = result;
    if (failure === null && isReached) return;
    const outcome = failure === null ? 'not_reached' : 'failed';
    const verdict: Verdict = { ...of, outcome, failure };
    this.others.push(verdict);
    this.#onOther(verdict);
  }
}

/** The line that runs it again. */
export function commandOf({ scenario, kill, recovery }: Verdict): string {
  const points = [
    kill === null ? '' : ` --point "${kill.point}" --hit ${kill.hit}`,
    recovery === null ? '' : ` --recovery "${recovery.point}"`,
  ];
  return `npm run crash-points -- --scenario ${scenario}${points.join('')}`;
}

function failureText(verdict: Verdict): string {
  const why = verdict.failure === null ? '' : `\n${verdict.failure.replaceAll(/^/gm, '    ')}`;
  return `${verdict.outcome}: ${commandOf(verdict)}${why}`;
}

function lineOf({ name, points, runs, kills, others, ms }: ScenarioReport): string {
  const failed = others.filter(({ outcome }) => outcome === 'failed').length;
  const counts = `${points} points, ${runs} runs, ${kills} kills`;
  const bad = `${failed} failed, ${others.length - failed} not reached`;
  return `${name.padEnd(14)} ${counts}, ${bad}, ${Math.round(ms / 1_000)} s`;
}

async function inParallel<Item>(
  items: readonly Item[],
  jobs: number,
  work: (item: Item, place: number) => Promise<void>,
): Promise<void> {
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await work(next[1], next[0]);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}
