// Frames between threads as msgpack that describes itself within a session, so that nothing needs a
// version after a restart: the field names of a kind of object and an address are written out once
// a session, and are numbers from then on.
import { Packr, Unpackr } from 'msgpackr';
import type { Address, ReplyTo } from './actor.ts';
import { FrameWriter, SHAPES_IN_ONE_BYTE, SHAPES_MAX, type Shape } from './frame-writer.ts';
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

/** An address by itself or by its number. */
type Named = Address | number;

/** Incarnation, seq, sentAtMs and ack; then each message's receiver, sender and body. */
type Items = unknown[];

/** What a frame tells before its items: what none before it had. */
interface News {
  readonly shapes: readonly Shape[];
  readonly addresses: readonly Address[];
}

const HEAD_ITEMS = 4;
const MESSAGE_ITEMS = 3;
/** Once a session has told so many, it writes all others out. */
const ADDRESSES_MAX = 65_536;

const NEWS_LENGTH_BYTES = 4;
/** So few are not worth a buffer of their own, nor its handing over. */
const SHARED_BYTES_MAX = 256;
const NOTHING = new Uint8Array(0);

/** For the frames of one session, in their order: what one has told, later ones need not. */
export class FrameEncoder {
  readonly #others = new Packr({ useRecords: false });
  readonly #writer = new FrameWriter((value) => this.#others.pack(value));
  readonly #numbers = new Map<Address, number>();
  readonly #addresses: Address[] = [];
  #shapesTold = 0;
  #addressesTold = 0;

  /**
   * Throws when a body is nothing that msgpack knows. The bytes have a buffer of their own, unless
   * they are few.
   */
  encode({ incarnation, seq, sentAtMs, ack, messages }: Frame): Uint8Array<ArrayBuffer> {
    const writer = this.#writer;
    writer.clear();
    writer.arrayHead(HEAD_ITEMS + MESSAGE_ITEMS * messages.length);
    writer.number(incarnation);
    writer.number(seq);
    writer.number(sentAtMs);
    writer.number(ack);
    for (const [to, from, body] of messages) {
      if (typeof to === 'object') this.#replyTo(to);
      else this.#address(to);
      this.#address(from);
      writer.value(body);
    }
    const news = this.#tellNews();
    const start = NEWS_LENGTH_BYTES + news.length;
    const bytes = bytesFor(start + writer.length); // all of them are written below
    bytes.writeUInt32BE(news.length);
    if (news.length > 0) bytes.set(news, NEWS_LENGTH_BYTES);
    writer.copyTo(bytes, start);
    return bytes;
  }

  /** Throws what `encode` of a frame with this message would throw. */
  check(packet: Packet): void {
    this.#writer.clear();
    this.#writer.value(packet[2]);
  }

  #replyTo({ to, correlationId }: ReplyTo): void {
    this.#writer.arrayHead(2);
    this.#address(to);
    this.#writer.number(correlationId);
  }

  #address(address: Address): void {
    const number = this.#numbers.get(address) ?? this.#number(address);
    if (number === null) this.#writer.text(address);
    else this.#writer.number(number);
  }

  #number(address: Address): number | null {
    if (this.#addresses.length === ADDRESSES_MAX) return null;
    const number = this.#addresses.length;
    this.#numbers.set(address, number);
    this.#addresses.push(address);
    return number;
  }

  #tellNews(): Uint8Array {
    const { shapes } = this.#writer;
    if (this.#shapesTold === shapes.length && this.#addressesTold === this.#addresses.length) {
      return NOTHING;
    }
    const news: News = {
      shapes: shapes.slice(this.#shapesTold),
      addresses: this.#addresses.slice(this.#addressesTold),
    };
    this.#shapesTold = shapes.length;
    this.#addressesTold = this.#addresses.length;
    return Buffer.from(JSON.stringify(news));
  }
}

function bytesFor(length: number): Buffer<ArrayBuffer> {
  return length > SHARED_BYTES_MAX ? Buffer.allocUnsafeSlow(length) : Buffer.allocUnsafe(length);
}

/**
 * For the frames that one encoder has made, all of them and in their order. What was sent as a
 * `Map` arrives as an object. Bytes in a body are a view of the frame: who keeps them copies them.
 */
export class FrameDecoder {
  readonly #shapes: Shape[] = new Array<Shape>(SHAPES_IN_ONE_BYTE).fill([]);
  readonly #addresses: Address[] = [];
  readonly #unpackr: Unpackr;

  constructor() {
    this.#unpackr = new Unpackr({
      maxSharedStructures: SHAPES_IN_ONE_BYTE + SHAPES_MAX,
      mapsAsObjects: true,
      getStructures: () => this.#shapes.map((shape) => [...shape]),
    });
  }

  decode(bytes: Uint8Array): Frame {
    const start = NEWS_LENGTH_BYTES + newsLengthOf(bytes);
    if (start > NEWS_LENGTH_BYTES) this.#learn(bytes.subarray(NEWS_LENGTH_BYTES, start));
    return this.#frameOf(this.#unpackr.unpack(bytes, { start }) as Items);
  }

  #learn(text: Uint8Array): void {
    const { shapes, addresses } = JSON.parse(Buffer.from(text).toString()) as News;
    this.#shapes.push(...shapes);
    this.#addresses.push(...addresses);
  }

  #frameOf(items: Items): Frame {
    const [incarnation, seq, sentAtMs, ack] = items as [number, number, number, number];
    const messages: Packet[] = [];
    for (let at = HEAD_ITEMS; at < items.length; at += MESSAGE_ITEMS) {
      const to = items[at] as Named | readonly [Named, number];
      messages.push([
        typeof to === 'object'
          ? { to: this.#addressOf(to[0]), correlationId: to[1] }
          : this.#addressOf(to),
        this.#addressOf(items[at + 1] as Named),
        items[at + 2],
      ]);
    }
    return { incarnation, seq, sentAtMs, ack, messages };
  }

  #addressOf(named: Named): Address {
    return typeof named === 'number' ? (this.#addresses[named] as Address) : named;
  }
}

function newsLengthOf(bytes: Uint8Array): number {
  let length = 0;
  for (let at = 0; at < NEWS_LENGTH_BYTES; at++) length = length * 0x100 + (bytes[at] ?? 0);
  return length;
}
