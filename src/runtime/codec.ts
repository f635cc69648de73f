// Frames between threads as msgpack that describes itself, so that nothing needs a version after a
// restart.
import { Packr } from 'msgpackr';
import type { Packet } from './packet.ts';

export interface Frame {
  /** Of the sending thread. */
  readonly incarnation: number;
  readonly seq: number;
  readonly sentAtMs: number;
  /** Tells of the receiver's that have been handled so far. */
  readonly ack: number;
  readonly messages: readonly Packet[];
}

const packr = new Packr({ useRecords: true });

/**
 * An exact-size copy of its own: msgpackr's buffer is a slice of a pool, and posting that would
 * clone the whole pool.
 */
export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const packed = packr.pack(frame);
  const bytes = new Uint8Array(packed.length);
  bytes.set(packed);
  return bytes;
}

export function decodeFrame(bytes: Uint8Array): Frame {
  return packr.unpack(bytes) as Frame;
}
