// What was traded in a stretch of time, and which stretches there are: minutes, five minutes and
// hours of UTC, and calendar days of New York.
import { newYorkDayEnd, newYorkDayStart } from './new-york-day.ts';

export const CANDLE_INTERVALS = ['1m', '5m', '1h', '1d'] as const;
export type CandleInterval = (typeof CANDLE_INTERVALS)[number];

export interface Candle {
  readonly startMs: number;
  readonly openInCents: number;
  readonly highInCents: number;
  readonly lowInCents: number;
  readonly closeInCents: number;
  /** Shares. */
  readonly volume: number;
  /** Null, like `prints`, where the trades are not known. */
  readonly vwapInCents: number | null;
  readonly prints: number | null;
  /** Something that was printed then may be missing. */
  readonly gap: boolean;
  readonly source: 'live' | 'history';
}

/** What was traded on one day, as somebody else has counted it. */
export interface DailyBar {
  /** Midnight in New York. */
  readonly startMs: number;
  readonly openInCents: number;
  readonly highInCents: number;
  readonly lowInCents: number;
  readonly closeInCents: number;
  /** Shares. */
  readonly volume: number;
}

/** A time in which prints may have been missed; `untilMs` is null while it lasts. */
export interface Outage {
  readonly fromMs: number;
  readonly untilMs: number | null;
}

/** In minutes; that of a day is its usual one. */
export const INTERVAL_MINUTES: Readonly<Record<CandleInterval, number>> = {
  '1m': 1,
  '5m': 5,
  '1h': 60,
  '1d': 1_440,
};

const MINUTE_MS = 60_000;

export function candleStart(interval: CandleInterval, atMs: number): number {
  if (interval === '1d') return newYorkDayStart(atMs);
  const lengthMs = INTERVAL_MINUTES[interval] * MINUTE_MS;
  return Math.floor(atMs / lengthMs) * lengthMs;
}

export function candleEnd(interval: CandleInterval, startMs: number): number {
  if (interval === '1d') return newYorkDayEnd(startMs);
  return startMs + INTERVAL_MINUTES[interval] * MINUTE_MS;
}

/** Whether the outage has a part in `[startMs, endMs)`. */
export function isStruck(startMs: number, endMs: number, { fromMs, untilMs }: Outage): boolean {
  return fromMs < endMs && (untilMs === null || untilMs > startMs);
}
