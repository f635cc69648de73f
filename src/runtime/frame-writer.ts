// Writes msgpack into a buffer that grows. An object whose names are fields is a record as msgpackr
// reads it: the number of its shape, then its values. One walk over the names both finds the shape
// and writes the values, which is what makes it fast.

/** Field names of a kind of object, in their order. */
export type Shape = readonly string[];

/** More than there are; once so many are known, an object of another is written with its names. */
export const SHAPES_MAX = 1_024;
/** msgpackr numbers the first shapes in one byte: left out, so that all numbers have two. */
export const SHAPES_IN_ONE_BYTE = 32;

type Fields = Readonly<Record<string, unknown>>;

/** A place in the tree of shapes: the names so far. */
interface Place {
  /** The number of the shape that ends here; -1 while there is none. */
  shape: number;
  /** The name after which the walk went on here last. */
  lastName: string;
  last: Place | null;
  readonly next: Map<string, Place>;
}

const IS_FIELD = /^[a-z][a-zA-Z]*$/;
const PLACES_MAX = 16 * SHAPES_MAX;
/** Who has more names than this has data in them. */
const FIELDS_MAX = 128;
/** Deeper values could be written, but not read. */
const DEPTH_MAX = 256;
const BUFFER_BYTES = 64 * 1024;
const BUFFER_BYTES_KEPT = 4 * 1024 * 1024;
/** Texts up to this are copied letter by letter: a call into the platform costs more. */
const SHORT_TEXT_MAX = 48;
const HEAD_BYTES_MAX = 9;
const UINT_8_MAX = 0xff;
const UINT_16_MAX = 0xffff;
const UINT_32_MAX = 0xffff_ffff;
const INT_8_MIN = -0x80;
const INT_16_MIN = -0x8000;
const INT_32_MIN = -0x8000_0000;

export class FrameWriter {
  /** In the order of their numbers: those that objects written so far had. */
  readonly shapes: Shape[] = [];
  readonly #root: Place = newPlace();
  #places = 1;
  /** A shape or its names were too many once: from then on that is found out before writing. */
  #hasRefused = false;
  #depth = 0;
  readonly #packOther: (value: unknown) => Uint8Array;
  #bytes = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /**
   * `packOther` makes msgpack of what is neither plain object, array, text, number, boolean nor
   * null, or throws.
   */
  constructor(packOther: (value: unknown) => Uint8Array) {
    this.#packOther = packOther;
  }

  /** Forgets what is written, for the next frame; shapes stay. */
  clear(): void {
    this.#at = 0;
    this.#depth = 0;
    if (this.#bytes.length > BUFFER_BYTES_KEPT) this.#setBuffer(BUFFER_BYTES);
  }

  get length(): number {
    return this.#at;
  }

  /** What is written, into `target` from `start` on. */
  copyTo(target: Uint8Array, start: number): void {
    target.set(this.#bytes.subarray(0, this.#at), start);
  }

  arrayHead(length: number): void {
    if (length < 0x10) return this.#byte(0x90 + length);
    if (length <= UINT_16_MAX) return this.#uint16(0xdc, length);
    this.#uint32(0xdd, length);
  }

  /** Throws when msgpack has nothing for it, or when it is too deep. */
  value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        return this.text(value);
      case 'number':
        return this.number(value);
      case 'boolean':
        return this.#byte(value ? 0xc3 : 0xc2);
      case 'object':
        if (value === null) return this.#byte(0xc0);
        if (Array.isArray(value)) return this.#array(value);
        if (isPlain(value)) return this.#object(value as Fields);
    }
    this.#other(value);
  }

  number(value: number): void {
    if (value >>> 0 === value) {
      // What lies from 0x40 to 0x7f in one byte is the number of a shape.
      if (value < 0x40) return this.#byte(value);
      if (value <= UINT_8_MAX) return this.#uint8(0xcc, value);
      if (value <= UINT_16_MAX) return this.#uint16(0xcd, value);
      return this.#uint32(0xce, value);
    }
    if (value >> 0 === value) {
      if (value >= -0x20) return this.#byte(value + 0x100);
      if (value >= INT_8_MIN) return this.#uint8(0xd0, value + UINT_8_MAX + 1);
      if (value >= INT_16_MIN) return this.#uint16(0xd1, value + UINT_16_MAX + 1);
      if (value >= INT_32_MIN) return this.#uint32(0xd2, value + UINT_32_MAX + 1);
    }
    this.#ensure(HEAD_BYTES_MAX);
    this.#bytes[this.#at] = 0xcb;
    this.#view.setFloat64(this.#at + 1, value);
    this.#at += 9;
  }

  text(text: string): void {
    const { length } = text;
    if (length > SHORT_TEXT_MAX) return this.#longText(text);
    this.#ensure(length + 2);
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    if (length < 0x20) bytes[at++] = 0xa0 + length;
    else {
      bytes[at++] = 0xd9;
      bytes[at++] = length;
    }
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return this.#longText(text);
      bytes[at++] = code;
    }
    this.#at = at;
  }

  #longText(text: string): void {
    const length = Buffer.byteLength(text);
    if (length < 0x20) this.#byte(0xa0 + length);
    else if (length <= UINT_8_MAX) this.#uint8(0xd9, length);
    else if (length <= UINT_16_MAX) this.#uint16(0xda, length);
    else this.#uint32(0xdb, length);
    this.#ensure(length);
    this.#at += this.#bytes.write(text, this.#at, length, 'utf8');
  }

  #array(values: readonly unknown[]): void {
    this.#enter();
    this.arrayHead(values.length);
    for (let index = 0; index < values.length; index++) this.value(values[index]);
    this.#depth--;
  }

  #object(object: Fields): void {
    this.#enter();
    this.#record(object);
    this.#depth--;
  }

  #enter(): void {
    if (++this.#depth > DEPTH_MAX) throw new RangeError(`deeper than ${DEPTH_MAX} objects`);
  }

  #record(object: Fields): void {
    const start = this.#at;
    if (this.#hasRefused && !this.#canBeRecord(object)) return this.#map(object, start);
    this.#ensure(2);
    this.#at += 2;
    let place = this.#root;
    let fields = 0;
    for (const name in object) {
      fields++;
      if (place.lastName !== name || place.last === null) {
        const next = place.next.get(name) ?? this.#grow(place, name, fields);
        if (next === null) return this.#map(object, start);
        place.lastName = name;
        place.last = next;
      }
      place = place.last;
      this.value(object[name]);
    }
    if (place.shape === -1 && !this.#name(place, object)) return this.#map(object, start);
    const { shape } = place;
    this.#bytes[start] = 0x60 + (shape & 0x1f);
    this.#bytes[start + 1] = shape >> 5;
  }

  /** Null where the names are data, as the first shows, and once there are too many. */
  #grow(place: Place, name: string, fields: number): Place | null {
    if (place === this.#root && !IS_FIELD.test(name)) return null;
    if (this.#places === PLACES_MAX || fields > FIELDS_MAX) {
      this.#hasRefused = true;
      return null;
    }
    const next = newPlace();
    this.#places++;
    place.next.set(name, next);
    return next;
  }

  /** False when there are too many shapes; an object without names is none. */
  #name(place: Place, object: Fields): boolean {
    if (place === this.#root) return false;
    if (this.shapes.length === SHAPES_MAX) {
      this.#hasRefused = true;
      return false;
    }
    place.shape = this.shapes.length;
    this.shapes.push(namesOf(object));
    return true;
  }

  /** What `#record` would find only after all values, at each depth once more, are written. */
  #canBeRecord(object: Fields): boolean {
    const names = namesOf(object);
    let place = this.#root;
    for (const [at, name] of names.entries()) {
      const next = place.next.get(name);
      if (next === undefined) {
        if (this.shapes.length === SHAPES_MAX || names.length > FIELDS_MAX) return false;
        return this.#places + names.length - at <= PLACES_MAX;
      }
      place = next;
    }
    return place.shape !== -1 || this.shapes.length < SHAPES_MAX;
  }

  /** With its names, in the place of what was begun at `start`. */
  #map(object: Fields, start: number): void {
    this.#at = start;
    const names = namesOf(object);
    if (names.length < 0x10) this.#byte(0x80 + names.length);
    else if (names.length <= UINT_16_MAX) this.#uint16(0xde, names.length);
    else this.#uint32(0xdf, names.length);
    for (const name of names) {
      this.text(name);
      this.value(object[name]);
    }
  }

  #other(value: unknown): void {
    const packed = this.#packOther(value);
    this.#ensure(packed.length);
    this.#bytes.set(packed, this.#at);
    this.#at += packed.length;
  }

  #byte(byte: number): void {
    this.#ensure(1);
    this.#bytes[this.#at++] = byte;
  }

  #uint8(head: number, value: number): void {
    this.#ensure(2);
    this.#bytes[this.#at++] = head;
    this.#bytes[this.#at++] = value;
  }

  #uint16(head: number, value: number): void {
    this.#ensure(HEAD_BYTES_MAX);
    this.#bytes[this.#at] = head;
    this.#view.setUint16(this.#at + 1, value);
    this.#at += 3;
  }

  #uint32(head: number, value: number): void {
    this.#ensure(HEAD_BYTES_MAX);
    this.#bytes[this.#at] = head;
    this.#view.setUint32(this.#at + 1, value);
    this.#at += 5;
  }

  #ensure(room: number): void {
    if (this.#at + room > this.#bytes.length) this.#setBuffer(2 * (this.#at + room));
  }

  /** Keeps what is written. */
  #setBuffer(length: number): void {
    const written = this.#bytes.subarray(0, this.#at);
    this.#bytes = Buffer.allocUnsafeSlow(length);
    this.#bytes.set(written);
    this.#view = new DataView(this.#bytes.buffer);
  }
}

function newPlace(): Place {
  return { shape: -1, lastName: '', last: null, next: new Map() };
}

/** In the order of the walk that writes the values. */
function namesOf(object: Fields): string[] {
  const names: string[] = [];
  for (const name in object) names.push(name);
  return names;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
