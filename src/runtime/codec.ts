// Frames between threads as msgpack that describes itself within a session, so that nothing needs a
// version after a restart: the field names of a kind of object are written out once a session, an
// address once a frame, and are numbers from then on.
import { Packr, Unpackr } from 'msgpackr';
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

/** Field names of objects, in their order. A frame brings those that no frame before it had. */
type Shape = readonly string[];

/** More than there are; a session that has told so many writes out every object. */
const SHAPES_MAX = 1_024;
const IS_FIELD = /^[a-z][a-zA-Z]*$/;

const SHAPES_LENGTH_BYTES = 4;
const NOTHING = new Uint8Array(0);

/** For the frames of one session, in their order: what one has told, later ones need not. */
export class FrameEncoder {
  readonly #packr: Packr;
  #shapes: readonly Shape[] = [];
  #told = 0;

  constructor() {
    this.#packr = new Packr({
      structures: [],
      maxSharedStructures: SHAPES_MAX,
      // What has no number is a map: msgpackr 2.1 misreads definitions inside of a frame beside
      // many shared ones.
      maxOwnStructures: 0,
      useRecords: (object: object) => this.#shapes.length < SHAPES_MAX && hasFields(object),
      saveStructures: (shapes) => {
        this.#shapes = shapes as unknown as readonly Shape[];
      },
    });
  }

  /** Throws when a body is nothing that msgpack knows. The bytes have a buffer of their own. */
  encode(frame: Frame): Uint8Array<ArrayBuffer> {
    const packed = this.#packr.pack(itemsOf(frame));
    const shapes = this.#tellShapes();
    const start = SHAPES_LENGTH_BYTES + shapes.length;
    const bytes = new Uint8Array(start + packed.length);
    new DataView(bytes.buffer).setUint32(0, shapes.length);
    bytes.set(shapes, SHAPES_LENGTH_BYTES);
    bytes.set(packed, start);
    return bytes;
  }

  /** Throws what `encode` of a frame with this message would throw. */
  check(packet: Packet): void {
    this.#packr.pack(packet[2]);
  }

  #tellShapes(): Uint8Array {
    if (this.#told === this.#shapes.length) return NOTHING;
    const untold = this.#shapes.slice(this.#told);
    this.#told = this.#shapes.length;
    return Buffer.from(JSON.stringify(untold));
  }
}

/** False where the names are data (symbols, counters): each such object has a shape of its own. */
function hasFields(object: object): boolean {
  for (const name in object) return IS_FIELD.test(name);
  return false;
}

/**
 * For the frames that one encoder has made, all of them and in their order. What was sent as a
 * `Map` arrives as an object.
 */
export class FrameDecoder {
  readonly #shapes: Shape[] = [];
  readonly #unpackr: Unpackr;

  constructor() {
    this.#unpackr = new Unpackr({
      maxSharedStructures: SHAPES_MAX,
      mapsAsObjects: true,
      getStructures: () => this.#shapes.map((shape) => [...shape]),
    });
  }

  decode(bytes: Uint8Array): Frame {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const start = SHAPES_LENGTH_BYTES + view.getUint32(0);
    if (start > SHAPES_LENGTH_BYTES) {
      const text = Buffer.from(bytes.subarray(SHAPES_LENGTH_BYTES, start));
      this.#shapes.push(...(JSON.parse(text.toString()) as Shape[]));
    }
    return frameOf(this.#unpackr.unpack(bytes.subarray(start)) as Items);
  }
}

function frameOf(items: Items): Frame {
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
