// N cycles, in legs with a data directory of their own, until the first that has a finding; its
// directory is kept.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../src/launcher/compile.mjs';
import { tempDirectory } from '../../test/temp-directory.ts';
import { Scope } from '../scope.ts';
import type { CycleResult } from './cycle.ts';
import { runLeg } from './leg.ts';
import type { Report } from './report.ts';
import { Tally } from './tally.ts';

export interface CampaignOptions {
  readonly seed: number;
  readonly cycles: number;
  /** A preset of the simulator. */
  readonly faults: string;
  readonly onCycle: (cycle: number, result: CycleResult) => void;
}

export interface CampaignResult {
  readonly report: Report;
  /** Of the leg with findings; null when there are none. */
  readonly kept: string | null;
}

/** What a directory gathers makes its audits slower: so many cycles, then a fresh one. */
const CYCLES_PER_LEG = 25;

/** Whatever it has started ends with `scope`, at the latest. */
export async function runCampaign(
  scope: Pick<Scope, 'after'>,
  options: CampaignOptions,
): Promise<CampaignResult> {
  const { cycles, seed, faults } = options;
  const tally = new Tally();
  const compiled = await compile(join(tempDirectory(scope), 'compiled'));
  let kept: string | null = null;
  for (let done = 0; done < cycles && kept === null; done += CYCLES_PER_LEG) {
    const directory = mkdtempSync(join(tmpdir(), 'outcry-torture-'));
    const leg = new Scope();
    scope.after(() => leg.end());
    const findings = await findingsOfLeg(leg, {
      tally,
      directory,
      faults,
      compiled,
      seed: seed + done,
      cycles: Math.min(CYCLES_PER_LEG, cycles - done),
      onCycle: (result) => options.onCycle(tally.cycles, result),
    });
    await leg.end();
    tally.findings.push(...findings);
    if (findings.length > 0) kept = directory;
    else rmSync(directory, { recursive: true, force: true });
  }
  return { report: tally.report({ seed: String(seed), faults }), kept };
}

async function findingsOfLeg(
  scope: Scope,
  options: Parameters<typeof runLeg>[1],
): Promise<string[]> {
  try {
    return await runLeg(scope, options);
  } catch (error) {
    return [`the leg broke off: ${error instanceof Error ? error.stack : error}`];
  }
}
