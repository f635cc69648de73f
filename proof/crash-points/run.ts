// One run of one scenario: the broker lives, is killed at one point or at two, and the script, the
// customers and the auditor go on to the end.

import { Desk } from './desk.ts';
import { judgeRunning, judgeStopped, settled } from './judge.ts';
import type { Scenario } from './scenarios/scenario.ts';
import type { Life, Stage } from './stage.ts';
import type { Target } from './target.ts';
import type { Theatre } from './theatre.ts';

/** Nothing is killed, or at a point, or at a point and then at one of the recovery. */
export interface RunPlan {
  readonly scenario: Scenario;
  readonly kill: Target | null;
  readonly recovery: Target | null;
}

export interface RunResult {
  /** What the first life has hit of what the scenario is about: not its last stop. */
  readonly hits: readonly string[];
  /** What the life after the first kill has hit. */
  readonly recoveryHits: readonly string[];
  readonly kills: number;
  /** Every kill that was planned has happened. */
  readonly isReached: boolean;
  /** What was wrong in the end; null: nothing. */
  readonly failure: string | null;
  readonly ms: number;
}

export function run(theatre: Theatre, plan: RunPlan): Promise<RunResult> {
  const startedAtMs = Date.now();
  return theatre.with(plan.scenario.from, livesOf(plan), async (stage) => {
    let hits: readonly string[] = [];
    const onCounted = (): void => {
      hits = stage.hits(0);
    };
    const failure = await play(plan.scenario, stage, onCounted);
    const kills = stage.endings.filter((ending) => ending === 'SIGKILL').length;
    const planned = [plan.kill, plan.recovery].filter((target) => target !== null).length;
    const ms = Date.now() - startedAtMs;
    const recoveryHits = plan.kill === null ? [] : stage.hits(1);
    return { hits, recoveryHits, kills, isReached: kills === planned, failure, ms };
  });
}

/** The life after a kill is the product when it has only to recover, and watched to see how. */
function livesOf({ kill, recovery }: RunPlan): Life[] {
  if (kill === null) return [{ kind: 'listed' }];
  if (recovery === null) return [{ kind: 'killed', target: kill }, { kind: 'listed' }];
  return [
    { kind: 'killed', target: kill },
    { kind: 'killed', target: recovery },
  ];
}

async function play(
  scenario: Scenario,
  stage: Stage,
  onCounted: () => void,
): Promise<string | null> {
  const desk = new Desk(stage);
  try {
    await stage.up();
    if (scenario.from === 'ready') stage.begin();
    else onCounted();
    await scenario.run(desk);
    await settled(desk);
    if (scenario.from === 'ready') onCounted();
    await judgeRunning(desk);
    await judgeStopped(desk);
    return null;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
