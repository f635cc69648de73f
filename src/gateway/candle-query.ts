// Which candles a page shows, read from a query; and the cursor, which carries what it was made
// for.
import { Type } from 'typebox';
import { CANDLE_INTERVALS, type CandleInterval } from '../domain/candle.ts';
import { cursorText, readCursor } from './cursor.ts';
import { msFromRfc3339, NO_TIME } from './rfc-3339.ts';
import { type Checked, shape } from './shape.ts';

export interface CandleSelection {
  readonly symbol: string;
  readonly interval: CandleInterval;
  /** Candles that begin in `[fromMs, toMs)`. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface CandleCursor extends CandleSelection {
  /** The page begins here. */
  readonly nextMs: number;
}

export interface CandleParameters {
  readonly interval?: CandleInterval;
  readonly from?: string;
  readonly to?: string;
}

/** The last moment that RFC 3339 can name: no candle begins later. */
const END_OF_TIME = 253_402_300_799_999;

/** Without `from` from the beginning, without `to` without end. */
export function candleSelectionFrom(
  symbol: string,
  { interval, from, to }: CandleParameters,
): Checked<CandleSelection> {
  if (interval === undefined) return wrong('interval', 'is required');
  const fromMs = from === undefined ? 0 : msFromRfc3339(from);
  if (fromMs === null) return wrong('from', NO_TIME);
  const toMs = to === undefined ? END_OF_TIME : msFromRfc3339(to);
  if (toMs === null) return wrong('to', NO_TIME);
  if (fromMs >= toMs) return wrong('to', 'must be later than from');
  return { ok: true, value: { symbol, interval, fromMs, toMs } };
}

/** Opaque to clients. */
export function candleCursorOf(cursor: CandleCursor): string {
  return cursorText(cursor);
}

/** Null when it is none of ours. */
export function readCandleCursor(text: string): CandleCursor | null {
  return readCursor(text, CURSOR);
}

const TIME = Type.Integer({ minimum: 0, maximum: END_OF_TIME });
const CURSOR = shape({
  symbol: Type.String(),
  interval: Type.Enum([...CANDLE_INTERVALS]),
  fromMs: TIME,
  toMs: TIME,
  nextMs: TIME,
});

function wrong(field: string, message: string): Checked<never> {
  return { ok: false, errors: [{ field, message }] };
}
