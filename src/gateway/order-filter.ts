// Which orders a list shows, read from a query; and the cursor, which carries the filter it was
// made for.
import { Type } from 'typebox';
import { isOpenStatus } from '../domain/derive-order.ts';
import { isOrderId } from '../domain/ids.ts';
import { ORDER_STATUSES, type OrderStatus } from '../domain/order.ts';
import { cursorText, readCursor } from './cursor.ts';
import { msFromRfc3339, NO_TIME } from './rfc-3339.ts';
import type { Checked } from './shape.ts';
import { shape } from './shape.ts';

export interface OrderFilter {
  /** In the order of `ORDER_STATUSES`; empty: all. */
  readonly statuses: readonly OrderStatus[];
  readonly symbol: string | null;
  readonly updatedSinceMs: number | null;
}

export interface Cursor {
  readonly filter: OrderFilter;
  readonly beforeId: string;
}

interface FilterQuery {
  readonly status?: string;
  readonly symbol?: string;
  readonly updatedSince?: string;
}

export function filterFrom({ status, symbol, updatedSince }: FilterQuery): Checked<OrderFilter> {
  const statuses = status === undefined ? [] : statusesFrom(status);
  if (statuses === null) {
    const message = `must list open, closed or any of: ${ORDER_STATUSES.join(', ')}`;
    return { ok: false, errors: [{ field: 'status', message }] };
  }
  const updatedSinceMs = updatedSince === undefined ? null : msFromRfc3339(updatedSince);
  if (updatedSince !== undefined && updatedSinceMs === null) {
    return { ok: false, errors: [{ field: 'updatedSince', message: NO_TIME }] };
  }
  return { ok: true, value: { statuses, symbol: symbol ?? null, updatedSinceMs } };
}

/**
 * Opaque to clients. It says nothing that the bearer may not see anyway: whose orders they are, the
 * token says.
 */
export function orderCursorOf(cursor: Cursor): string {
  return cursorText(cursor);
}

/** Null when it is none of ours. */
export function readOrderCursor(text: string): Cursor | null {
  const cursor = readCursor(text, CURSOR);
  return cursor !== null && isOrderId(cursor.beforeId) ? cursor : null;
}

const CURSOR = shape({
  filter: Type.Object(
    {
      statuses: Type.Array(Type.Enum([...ORDER_STATUSES]), { maxItems: ORDER_STATUSES.length }),
      symbol: Type.Union([Type.String(), Type.Null()]),
      updatedSinceMs: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
    },
    { additionalProperties: false },
  ),
  beforeId: Type.String(),
});

function statusesFrom(list: string): OrderStatus[] | null {
  const wanted = new Set<string>();
  for (const name of list.split(',')) {
    const group = ORDER_STATUSES.filter((status) => isInGroup(status, name));
    if (group.length === 0) return null;
    for (const status of group) wanted.add(status);
  }
  return ORDER_STATUSES.filter((status) => wanted.has(status));
}

function isInGroup(status: OrderStatus, name: string): boolean {
  if (name === 'open') return isOpenStatus(status);
  if (name === 'closed') return !isOpenStatus(status);
  return status === name;
}
