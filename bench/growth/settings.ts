// What the growth bench runs: how many orders are on disk, how many streams, shards and threads,
// and what is sent meanwhile.
import type { BenchOptions } from '../bench.ts';
import { UsageError } from '../options.ts';

export const PARTS = ['orders', 'streams', 'shards', 'threads'] as const;
export type GrowthPart = (typeof PARTS)[number];

export interface GrowthSettings {
  readonly parts: readonly GrowthPart[];
  /** Orders on disk, the first 0: what the others are compared with. */
  readonly sizes: readonly number[];
  readonly customers: number;
  /** Synthetic ones. */
  readonly symbols: number;
  /** The first is where latencies are taken. */
  readonly rates: readonly number[];
  /** More than is carried. */
  readonly saturationRate: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** After a start, and after the load. */
  readonly settleMs: number;
  readonly streams: readonly number[];
  readonly shards: readonly number[];
  readonly threads: readonly number[];
}

/** The product's defaults. */
export const SHARDS = 2;
export const ORDER_THREADS = 2;
const OPEN_SHARE = 0.1;
const OPEN_MAX = 100_000;

const DAILY: GrowthSettings = {
  parts: PARTS,
  sizes: [0, 100_000, 1_000_000],
  customers: 1_000,
  symbols: 100,
  rates: [1_000, 2_000, 3_000, 4_000],
  saturationRate: 12_000,
  warmUpSeconds: 5,
  seconds: 8,
  settleMs: 2_000,
  streams: [100, 5_000, 15_000],
  shards: [1, 2, 4, 8, 16],
  threads: [1, 2],
};

const QUICK: GrowthSettings = {
  ...DAILY,
  sizes: [0, 1_000],
  customers: 100,
  symbols: 20,
  rates: [300],
  saturationRate: 1_000,
  warmUpSeconds: 1,
  seconds: 1,
  settleMs: 500,
  streams: [50],
  shards: [2],
  threads: [],
};

const LARGEST = 10_000_000;

export function settingsFor({ quick, full, more }: BenchOptions): GrowthSettings {
  const parts = more.scene?.split(',') ?? PARTS;
  const unknown = parts.find((part) => !PARTS.some((known) => known === part));
  if (unknown !== undefined) {
    throw new UsageError(`There is no scene "${unknown}", only ${PARTS.join(', ')}.`);
  }
  const wanted = PARTS.filter((part) => parts.includes(part));
  const settings = quick ? QUICK : DAILY;
  const sizes = full ? [...settings.sizes, LARGEST] : settings.sizes;
  return { ...settings, sizes, parts: wanted };
}

export function openOf(orders: number): number {
  return Math.min(Math.round(orders * OPEN_SHARE), OPEN_MAX);
}
