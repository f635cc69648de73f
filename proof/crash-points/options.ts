// The command line of `npm run crash-points`. What is not understood is refused with a sentence.
import { parseArgs } from 'node:util';
import { SCENARIOS } from './scenarios/index.ts';
import type { Scenario } from './scenarios/scenario.ts';
import type { Target } from './target.ts';

export interface Options {
  readonly scenarios: readonly Scenario[];
  readonly mode: 'campaign' | 'list' | 'one' | 'help';
  /** Of a run of one point. */
  readonly kill: Target | null;
  readonly recovery: Target | null;
  readonly jobs: number;
  /** Points in all; null: every one. */
  readonly sample: number | null;
  readonly seed: string;
  readonly jsonFile: string | null;
}

export class UsageError extends Error {
  readonly code = 'bad_usage';
  override readonly name = 'UsageError';
}

export const USAGE = `npm run crash-points -- [options]
  --only A,B          these scenarios (all)
  --list              the points of each scenario, without a kill
  --sample N          N points in all, of a few scenarios
  --seed S            by which chance; also names the run of a sample (1)
  --jobs N            so many runs side by side (1)
  --json FILE         the result as JSON
  --scenario X        one run of one scenario, killed at
    --point "NAME"    this point (it is not killed)
    --hit N           at its N-th hit (1)
    --recovery "NAME" and again at the first hit of this one, in the life after
scenarios:
${SCENARIOS.map(({ name, about }) => `  ${name.padEnd(14)} ${about}`).join('\n')}`;

const OPTIONS = {
  only: { type: 'string' },
  list: { type: 'boolean', default: false },
  sample: { type: 'string' },
  seed: { type: 'string', default: '1' },
  jobs: { type: 'string', default: '1' },
  json: { type: 'string' },
  scenario: { type: 'string' },
  point: { type: 'string' },
  hit: { type: 'string', default: '1' },
  recovery: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

export function readOptions(args: readonly string[]): Options {
  const values = parse(args);
  const { scenario, point, recovery } = values;
  if (scenario === undefined && (point ?? recovery) !== undefined) {
    throw new UsageError('--point and --recovery need --scenario');
  }
  if (point === undefined && recovery !== undefined) {
    throw new UsageError('--recovery needs --point: without a kill there is no recovery');
  }
  const names = scenario ?? values.only;
  return {
    scenarios: names === undefined ? SCENARIOS : names.split(',').map(scenarioOf),
    mode: modeOf(values),
    kill: point === undefined ? null : { point, hit: whole('hit', values.hit) },
    recovery: recovery === undefined ? null : { point: recovery, hit: 1 },
    jobs: whole('jobs', values.jobs),
    sample: values.sample === undefined ? null : whole('sample', values.sample),
    seed: values.seed,
    jsonFile: values.json ?? null,
  };
}

function modeOf(values: ReturnType<typeof parse>): Options['mode'] {
  if (values.help) return 'help';
  if (values.list) return 'list';
  return values.scenario === undefined ? 'campaign' : 'one';
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  const known = SCENARIOS.map((scenario) => scenario.name).join(', ');
  throw new UsageError(`there is no scenario "${name}"; there are ${known}`);
}

function whole(name: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} must be a whole number from 1, was "${text}"`);
}
