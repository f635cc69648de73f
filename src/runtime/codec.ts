// Frames between threads as msgpack that describes itself, so that nothing needs a version after a
// restart. An address is written out once a frame, and is its number from then on.
import { Packr } from 'msgpackr';
import type { Address, ReplyTo } from './actor.ts';
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

/** The n-th address that the frame names, by itself or by its number. */
type Named = Address | number;

/** Incarnation, seq, sentAtMs and ack; then each message's receiver, sender and body. */
type Items = unknown[];

const HEAD_ITEMS = 4;

const packr = new Packr({ useRecords: true });

/**
 * An exact-size copy of its own: msgpackr's buffer is a slice of a pool, and posting that would
 * clone the whole pool.
 */
export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const packed = packr.pack(itemsOf(frame));
  const bytes = new Uint8Array(packed.length);
  bytes.set(packed);
  return bytes;
}

export function decodeFrame(bytes: Uint8Array): Frame {
  const items = packr.unpack(bytes) as Items;
  const [incarnation, seq, sentAtMs, ack] = items as [number, number, number, number];
  const messages: Packet[] = [];
  const named: Address[] = [];
  for (let at = HEAD_ITEMS; at < items.length; at += 3) {
    const to = items[at] as Named | readonly [Named, number];
    messages.push([
      typeof to === 'object'
        ? { to: addressAt(to[0], named), correlationId: to[1] }
        : addressAt(to, named),
      addressAt(items[at + 1] as Named, named),
      items[at + 2],
    ]);
  }
  return { incarnation, seq, sentAtMs, ack, messages };
}

function itemsOf({ incarnation, seq, sentAtMs, ack, messages }: Frame): Items {
  const items: Items = [incarnation, seq, sentAtMs, ack];
  const numbers = new Map<Address, number>();
  for (const [to, from, body] of messages) {
    const isReply = typeof to === 'object';
    items.push(isReply ? replyItem(to, numbers) : nameOf(to, numbers), nameOf(from, numbers), body);
  }
  return items;
}

function replyItem({ to, correlationId }: ReplyTo, numbers: Map<Address, number>): [Named, number] {
  return [nameOf(to, numbers), correlationId];
}

function nameOf(address: Address, numbers: Map<Address, number>): Named {
  const number = numbers.get(address);
  if (number !== undefined) return number;
  numbers.set(address, numbers.size);
  return address;
}

function addressAt(name: Named, named: Address[]): Address {
  if (typeof name === 'number') return named[name] as Address;
  named.push(name);
  return name;
}
