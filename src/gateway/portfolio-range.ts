// Which closes a portfolio history shows, read from a query; and the cursor, which carries the
// range it was made for.
import { Type } from 'typebox';
import { cursorText, readCursor } from './cursor.ts';
import type { FieldError } from './problem.ts';
import { msFromRfc3339, NO_TIME } from './rfc-3339.ts';
import { type Checked, shape } from './shape.ts';

/** By the time of the close: `fromMs` is in it, `toMs` is not; null is without end. */
export interface PortfolioRange {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

export interface PortfolioCursor {
  readonly range: PortfolioRange;
  readonly beforeSessionNo: number;
}

interface RangeQuery {
  readonly from?: string;
  readonly to?: string;
}

export function rangeFrom({ from, to }: RangeQuery): Checked<PortfolioRange> {
  const fromMs = from === undefined ? null : msFromRfc3339(from);
  const toMs = to === undefined ? null : msFromRfc3339(to);
  const errors: FieldError[] = [];
  if (from !== undefined && fromMs === null) errors.push({ field: 'from', message: NO_TIME });
  if (to !== undefined && toMs === null) errors.push({ field: 'to', message: NO_TIME });
  if (fromMs !== null && toMs !== null && fromMs >= toMs) {
    errors.push({ field: 'to', message: 'must be later than from' });
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, value: { fromMs, toMs } };
}

/** Opaque to clients; whose portfolio it is, the token says. */
export function portfolioCursorOf(cursor: PortfolioCursor): string {
  return cursorText(cursor);
}

/** Null when it is none of ours. */
export function readPortfolioCursor(text: string): PortfolioCursor | null {
  return readCursor(text, CURSOR);
}

const MS = Type.Union([
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  Type.Null(),
]);
const CURSOR = shape({
  range: Type.Object({ fromMs: MS, toMs: MS }, { additionalProperties: false }),
  beforeSessionNo: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});
