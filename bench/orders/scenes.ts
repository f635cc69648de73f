// The scenes of the order bench, and what of them the command line changes.
import type { BenchOptions } from '../bench.ts';
import type { FlowMix } from '../load/order-flow.ts';
import { UsageError } from '../options.ts';
import type { FloorSettings } from './trading-floor.ts';

export const SCENES = ['light', 'steady', 'ramp', 'sustained', 'placing', 'peers'] as const;
export type SceneName = (typeof SCENES)[number];

export interface Scene {
  readonly name: SceneName;
  readonly about: string;
  readonly mix: FlowMix;
  /** Requests per second, one after the other on the same servers. */
  readonly rates: readonly number[];
  /** Before the first rate, at `BREAK_IN_RATE`: until then Node compiles more than it runs. */
  readonly breakInSeconds: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly runs: number;
}

export const BREAK_IN_RATE = 1_000;

/** 60 % limit, of which half trade at once, 20 % market, 20 % cancel. */
export const FULL_MIX: FlowMix = { resting: 0.3, marketable: 0.3, market: 0.2, cancel: 0.2 };
export const PLACING_ONLY: FlowMix = { resting: 1, marketable: 0, market: 0, cancel: 0 };

/** Sent to every server alike. */
export const FLOW = { userZipf: 0.5, symbolZipf: 1, connections: 512, seed: 4_711 } as const;

export const FLOOR: FloorSettings = {
  customers: 1_000,
  feed: { symbols: 100, printsPerSecond: 100, zipf: 1 },
  broker: {},
};

const FULL: readonly Scene[] = [
  {
    name: 'light',
    about: 'full mix, mostly one order at a time',
    mix: FULL_MIX,
    rates: [500],
    breakInSeconds: 0,
    warmUpSeconds: 20,
    seconds: 20,
    runs: 3,
  },
  {
    name: 'steady',
    about: 'full mix, the peak that a fleet is planned for',
    mix: FULL_MIX,
    rates: [5_000],
    breakInSeconds: 20,
    warmUpSeconds: 15,
    seconds: 60,
    runs: 3,
  },
  {
    name: 'ramp',
    about: 'full mix, to the knee',
    mix: FULL_MIX,
    rates: [1_000, 2_000, 3_000, 3_500, 4_000, 4_500, 5_000, 6_000, 7_000, 7_500, 8_000, 10_000],
    breakInSeconds: 20,
    warmUpSeconds: 6,
    seconds: 10,
    runs: 3,
  },
  {
    name: 'sustained',
    about: 'full mix, held at the knee of the ramp',
    mix: FULL_MIX,
    rates: [8_000], // without a ramp
    breakInSeconds: 20,
    warmUpSeconds: 15,
    seconds: 60,
    runs: 1,
  },
  {
    name: 'placing',
    about: 'limit orders that rest, nothing else, to the knee',
    mix: PLACING_ONLY,
    rates: [1_000, 2_000, 3_000, 3_500, 4_000, 4_500, 5_000, 6_000, 7_000, 8_000, 10_000, 12_000],
    breakInSeconds: 20,
    warmUpSeconds: 6,
    seconds: 10,
    runs: 3,
  },
  {
    name: 'peers',
    about: 'full mix, to the knee, Outcry and the PostgreSQL + Redis stack in turn',
    mix: FULL_MIX,
    rates: [500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000, 5_000, 6_000, 7_000, 8_000],
    breakInSeconds: 20,
    warmUpSeconds: 6,
    seconds: 8,
    runs: 1,
  },
];

function quick(scene: Scene): Scene {
  const rates = scene.rates.slice(0, 2).map((rate) => Math.min(rate, 1_000));
  const little = { breakInSeconds: 0, warmUpSeconds: 1, seconds: 3, runs: 1 };
  return { ...scene, ...little, rates: [...new Set(rates)] };
}

export function scenesFor({ quick: isQuick, more }: BenchOptions): Scene[] {
  const wanted = more.scene?.split(',') ?? SCENES;
  for (const name of wanted) {
    if (SCENES.some((scene) => scene === name)) continue;
    throw new UsageError(`There is no scene "${name}", only ${SCENES.join(', ')}.`);
  }
  const all = isQuick ? FULL.map(quick) : FULL;
  return all
    .filter(({ name }) => wanted.includes(name))
    .map((scene) => ({
      ...scene,
      rates: more.rates?.split(',').map((rate) => wholeOf('rates', rate)) ?? scene.rates,
      seconds: more.seconds === undefined ? scene.seconds : wholeOf('seconds', more.seconds),
      runs: more.runs === undefined ? scene.runs : wholeOf('runs', more.runs),
    }));
}

export function wholeOf(name: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} must be whole numbers above 0, but was "${text}".`);
}
