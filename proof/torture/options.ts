// The command line of a campaign. What is not understood is refused with a sentence that names it.
import { parseArgs } from 'node:util';
import { PRESETS } from '../../src/exchange/simulator/faults/presets.ts';

export interface TortureOptions {
  readonly cycles: number;
  readonly seed: number;
  /** Presets of the simulator, a campaign each. */
  readonly faults: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
}

export class OptionError extends Error {
  readonly code = 'bad_option';
}

const CYCLES_MAX = 100_000;
const SEED_MAX = 2 ** 31;
const WITH_FAULTS = 'storm';

export const USAGE = `npm run torture -- [options]
  --cycles N       deaths of the broker under load, per campaign (100)
  --faults PRESET  what goes wrong with the exchange, in one campaign: a preset of the simulator
                   (two campaigns: none, then ${WITH_FAULTS})
  --seed S         draws the moments of the kills and what crowd and exchange do (random)
  --json           the reports as JSON; progress goes to standard error in any case
  --help           this text`;

const OPTIONS = {
  cycles: { type: 'string', default: '100' },
  faults: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** `freshSeed` when none is given. */
export function readOptions(args: readonly string[], freshSeed: () => number): TortureOptions {
  const { cycles, faults, seed, json, help } = parse(args);
  if (faults !== undefined && !Object.hasOwn(PRESETS, faults)) {
    const known = Object.keys(PRESETS).join(', ');
    throw new OptionError(`--faults must be one of ${known}, was "${faults}"`);
  }
  return {
    cycles: whole('cycles', cycles, [1, CYCLES_MAX]),
    seed: seed === undefined ? freshSeed() % SEED_MAX : whole('seed', seed, [0, SEED_MAX]),
    faults: faults === undefined ? ['none', WITH_FAULTS] : [faults],
    json,
    help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}

function whole(name: string, text: string, [min, max]: readonly [number, number]): number {
  const value = Number(text);
  if (/^\d{1,15}$/.test(text) && value >= min && value <= max) return value;
  throw new OptionError(`--${name} must be a whole number from ${min} to ${max}, was "${text}"`);
}
