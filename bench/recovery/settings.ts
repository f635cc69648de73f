// What the recovery bench runs: the books that the broker starts on, the flow beside a match, and
// how long the exchange is away.
import type { BenchOptions } from '../bench.ts';
import { UsageError } from '../options.ts';

export const PARTS = ['start', 'match', 'outage'] as const;
export type RecoveryPart = (typeof PARTS)[number];

export interface RecoverySettings {
  readonly parts: readonly RecoveryPart[];
  readonly orders: number;
  readonly open: number;
  readonly customers: number;
  readonly symbols: number;
  readonly shards: number;
  /** Each on what the kill before it has left. */
  readonly starts: number;
  readonly flowPerSecond: number;
  /** Of the flow in which the broker is killed. */
  readonly killAfterSeconds: number;
  /** With a match and without one, in turn. */
  readonly rounds: number;
  readonly matchedSeconds: number;
  /** Short: the reconciler's own matches leave no longer pause. */
  readonly quietSeconds: number;
  readonly outageSeconds: number;
}

const DAILY: RecoverySettings = {
  parts: PARTS,
  orders: 1_000_000,
  open: 100_000,
  customers: 1_000,
  symbols: 100,
  shards: 2,
  starts: 3,
  flowPerSecond: 500,
  killAfterSeconds: 4,
  rounds: 3,
  matchedSeconds: 20,
  quietSeconds: 4,
  outageSeconds: 30,
};

const QUICK: RecoverySettings = {
  ...DAILY,
  orders: 2_000,
  open: 200,
  customers: 100,
  symbols: 20,
  starts: 1,
  flowPerSecond: 100,
  killAfterSeconds: 1,
  rounds: 1,
  matchedSeconds: 2,
  quietSeconds: 2,
  outageSeconds: 4,
};

export const REAL_OUTAGE_SECONDS = 600;

export function settingsFor({ quick, full, more }: BenchOptions): RecoverySettings {
  const wanted = more.scene?.split(',') ?? PARTS;
  const unknown = wanted.find((part) => !PARTS.some((known) => known === part));
  if (unknown !== undefined) {
    throw new UsageError(`There is no scene "${unknown}", only ${PARTS.join(', ')}.`);
  }
  const settings = quick ? QUICK : DAILY;
  const { outageSeconds } = settings;
  return {
    ...settings,
    parts: PARTS.filter((part) => wanted.includes(part)),
    outageSeconds: full ? REAL_OUTAGE_SECONDS : outageSeconds,
  };
}
