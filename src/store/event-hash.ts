// The hash chain of a shard's event log (I22): each event's hash covers the one before it, so that
// nothing of the past can be changed, removed or put in between unseen.
import { hash } from 'node:crypto';

/** An event as it stands in its row, with the fill that it is about. */
export interface HashedEvent {
  readonly eventNo: number;
  readonly accountNo: number;
  readonly seq: number;
  readonly kind: string;
  readonly atMs: number;
  readonly orderNo: number | null;
  readonly detail: string;
  readonly fill: HashedFill | null;
}

export interface HashedFill {
  readonly fillNo: number;
  readonly epoch: string;
  readonly execId: string;
  readonly lastQty: number;
  readonly lastPriceInCents: number;
  readonly feeInCents: number;
}

/** What the first event of a file is chained to. */
export const CHAIN_START: Uint8Array = new Uint8Array(0);

/** sha256 (FIPS 180-4) of the previous hash and this event as a JSON array: 32 bytes. */
export function eventHash(previous: Uint8Array, event: HashedEvent): Buffer {
  const { eventNo, accountNo, seq, kind, atMs, orderNo, detail, fill } = event;
  const fillPart =
    fill === null
      ? null
      : [
          fill.fillNo,
          fill.epoch,
          fill.execId,
          fill.lastQty,
          fill.lastPriceInCents,
          fill.feeInCents,
        ];
  const text = JSON.stringify([eventNo, accountNo, seq, kind, atMs, orderNo, detail, fillPart]);
  return hash('sha256', Buffer.concat([previous, Buffer.from(text)]), 'buffer');
}
