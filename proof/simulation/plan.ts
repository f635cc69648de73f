// What one seed does to the broker: drawn from the seed alone, within what a preset allows. Most
// kinds of fault are absent from most seeds, so that no fault can hide behind another.
import { Prng } from '../../src/runtime/simulation/prng.ts';
import type { AttackPeriods } from './attacker.ts';
import type { Trouble } from './broker-simulation.ts';
import { NO_DISK_FAULTS } from './disk-faults.ts';
import { RICH } from './people.ts';
import { NO_CLIENT_FAULTS } from './simulated-door.ts';
import { NO_VENUE_FAULTS } from './venue-faults.ts';

export interface Plan extends Trouble, AttackPeriods {
  readonly isStrangerThere: boolean;
  /** Mean pause of a customer between two orders. */
  readonly paceMs: number;
  /** What each customer begins with: some are nearly poor. */
  readonly cashInCents: number;
  readonly shares: number;
  /** Mean time between two deeds of the operator; null for none. */
  readonly operatorMs: number | null;
}

type Part = 'process' | 'wire' | 'clients' | 'venue' | 'market' | 'disk' | 'clock' | 'bugs';

/** The parts of the world that may go wrong. */
export const PRESETS = {
  none: [],
  crashes: ['process'],
  network: ['wire', 'clients'],
  exchange: ['venue', 'market'],
  disk: ['disk'],
  clock: ['clock'],
  all: ['process', 'wire', 'clients', 'venue', 'market', 'disk', 'clock', 'bugs'],
} as const satisfies Readonly<Record<string, readonly Part[]>>;

export type Preset = keyof typeof PRESETS;

export function isPreset(text: string): text is Preset {
  return Object.hasOwn(PRESETS, text);
}

export function planOf(seed: string, preset: Preset = 'all'): Plan {
  const draw = new Draw(new Prng(`plan/${seed}`));
  const parts: readonly Part[] = PRESETS[preset];
  const drawn = {
    process: process(draw),
    wire: { messageDelayMaxMs: draw.oneOf([1, 1, 20, 100]) },
    clients: { clients: clients(draw) },
    venue: { venue: venue(draw) },
    market: market(draw),
    disk: { disk: disk(draw) },
    clock: { clockJumpMs: draw.period(500) },
    bugs: { poisonMs: draw.period(2_000) },
  };
  const quiet: Plan = {
    ...QUIET,
    echo: draw.chance(0.3),
    paceMs: draw.oneOf([5, 20, 20, 80]),
    operatorMs: draw.period(300),
  };
  return Object.assign({}, quiet, ...parts.map((part) => drawn[part])) as Plan;
}

const QUIET = {
  crashBetweenCommitAndRelease: 0,
  crashPerStep: 0,
  messageDelayMaxMs: 1,
  threadCrashMs: null,
  processCrashMs: null,
  feedCutMs: null,
  dayEndMs: null,
  poisonMs: null,
  amendMs: null,
  bookLossMs: null,
  clockJumpMs: null,
  isStrangerThere: false,
  ...RICH,
  venue: NO_VENUE_FAULTS,
  clients: NO_CLIENT_FAULTS,
  disk: NO_DISK_FAULTS,
} as const;

function process(draw: Draw) {
  return {
    crashBetweenCommitAndRelease: draw.rate(0.002),
    crashPerStep: draw.chance(0.2) ? draw.rate(0.0003) : 0,
    threadCrashMs: draw.period(1_000),
    processCrashMs: draw.period(2_000),
    crashesMax: draw.oneOf([2, 5, 5, 20]),
  };
}

function clients(draw: Draw) {
  return {
    requestLost: draw.rate(0.05),
    answerLost: draw.rate(0.1),
    streamCut: draw.rate(0.02),
  };
}

function venue(draw: Draw) {
  return {
    requestLost: draw.rate(0.1),
    replyLost: draw.rate(0.15),
    late: draw.rate(0.15),
    errorBefore: draw.rate(0.1),
    errorAfter: draw.rate(0.15),
    notWritten: draw.rate(0.1),
    frameLost: draw.rate(0.05),
    frameRepeated: draw.rate(0.05),
    feedSilent: draw.rate(0.01),
  };
}

function market(draw: Draw) {
  return {
    feedCutMs: draw.period(300),
    dayEndMs: draw.period(800),
    amendMs: draw.period(300),
    bookLossMs: draw.chance(0.3) ? draw.period(3_000) : null,
    isStrangerThere: draw.chance(0.2),
    cashInCents: draw.oneOf([RICH.cashInCents, RICH.cashInCents, 500_000]),
    shares: draw.oneOf([RICH.shares, RICH.shares, 20]),
  };
}

function disk(draw: Draw) {
  const isFaulty = draw.chance(0.4);
  const rates = {
    commitFailed: draw.rate(0.001),
    syncFailed: draw.rate(0.001),
    full: draw.rate(0.0003),
  };
  return isFaulty ? rates : NO_DISK_FAULTS;
}

class Draw {
  readonly #random: Prng;

  constructor(random: Prng) {
    this.#random = random;
  }

  chance(probability: number): boolean {
    return this.#random.next() < probability;
  }

  /** Often none; else anything up to the most. */
  rate(max: number): number {
    return this.chance(0.4) ? 0 : this.#random.next() * max;
  }

  period(minMs: number): number | null {
    return this.chance(0.5) ? null : minMs * (1 + this.#random.int(5));
  }

  oneOf<const Items extends readonly [unknown, ...unknown[]]>(items: Items): Items[number] {
    return items[this.#random.int(items.length)] ?? items[0];
  }
}
