// One message on its way: who it is for (an address, or the ask that it answers), who sent it, and
// what it says.
import type { Address, ReplyTo } from './actor.ts';
import { replyToOf } from './envelope.ts';

export type Packet = readonly [to: Address | ReplyTo, from: Address, body: unknown];

/** The dispatchers' own talk: who is up, who is watched, snapshots. */
export const SYSTEM: Address = 'system/dispatcher';

/**
 * Only tells take room in a tell window: asks have a window of their own, and replies are never
 * refused.
 */
export function isTell([to, , body]: Packet): boolean {
  return typeof to === 'string' && to !== SYSTEM && replyToOf(body) === null;
}
