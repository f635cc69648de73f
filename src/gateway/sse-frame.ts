// The one place that formats server-sent events. Only a user's own events carry an `id:`: those are
// what resumes.
import type { UserEvent } from '../actors/order-shard/protocol.ts';
import type { PriceChanged } from '../actors/symbol-fanout/protocol.ts';
import { LIMITS } from '../limits.ts';
import { eventJson, priceJson } from './json.ts';

/** A comment: keeps proxies and clients from giving up on a quiet stream. */
export const HEARTBEAT = ':\n\n';

export interface Hello {
  readonly streamId: string;
  readonly resume: 'none' | 'resumed' | 'reset';
  /** The user's newest event; null on a stream without them. */
  readonly headSeq: number | null;
}

export interface Goaway {
  /** `expired`: the token has; sign in again. */
  readonly reason: 'slow' | 'shutdown' | 'expired';
  /** The last event that was sent; null on a stream without any. */
  readonly resumeFrom: number | null;
}

/** `chance` in [0, 1) spreads the reconnects of those whose streams end together. */
export function helloFrame(hello: Hello, chance: number): string {
  const retryMs = LIMITS.streamRetryMs + Math.floor(chance * LIMITS.streamRetryJitterMs);
  return frame('hello', hello, { retryMs });
}

/** What came before `headSeq` is not replayed: read the orders again, then go on from here. */
export function resetFrame(headSeq: number): string {
  return frame('reset', { headSeq });
}

export function goawayFrame(goaway: Goaway): string {
  return frame('goaway', goaway);
}

/** Up to the number of merged prints: what follows it is `}` and the end of the frame. */
export function priceFrameHead(change: PriceChanged): Uint8Array {
  const json = JSON.stringify(priceJson(change)).slice(0, -1);
  return Buffer.from(`event: price\ndata: ${json},"merged":`);
}

export function eventFrame(event: UserEvent): string {
  return frame(event.topic, eventJson(event), { id: event.seq });
}

/** JSON has no line breaks of its own, so one `data:` line holds it. */
function frame(
  event: string,
  data: object,
  { id, retryMs }: { readonly id?: number; readonly retryMs?: number } = {},
): string {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  const retryLine = retryMs === undefined ? '' : `retry: ${retryMs}\n`;
  return `event: ${event}\n${idLine}${retryLine}data: ${JSON.stringify(data)}\n\n`;
}
