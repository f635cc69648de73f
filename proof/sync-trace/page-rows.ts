// The rows of one SQLite b-tree page, as far as they are text: enough to say "this page holds this
// order at this status". Bytes that merely occur in a page prove nothing, for a page carries its
// neighbours' rows, and what was deleted, from commit to commit.
// The format: sqlite.org/fileformat2.html, 1.6 (pages) and 2.1 (records).

/** The text columns of a row, in their order. */
export type Row = readonly string[];

/** All of the texts, and one of the others if there are any. */
export interface SoughtRow {
  readonly texts: readonly string[];
  readonly oneOf?: readonly string[];
}

const INDEX_INTERIOR = 0x02;
const INDEX_LEAF = 0x0a;
const TABLE_LEAF = 0x0d;
/** Bytes of the integer and real types 0 to 9; 10 and 11 are not used. */
const FIXED_SIZES: readonly number[] = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];

/** None for a page of another kind. Rows that overflow their page are left out. */
export function rowsOf(page: Buffer): Row[] {
  const type = page[0];
  if (type !== TABLE_LEAF && type !== INDEX_LEAF && type !== INDEX_INTERIOR) return [];
  const pointers = type === INDEX_INTERIOR ? 12 : 8;
  const rows: Row[] = [];
  for (let n = 0; n < page.readUInt16BE(3); n++) {
    const at = page.readUInt16BE(pointers + 2 * n);
    const cell = new Cursor(page, type === INDEX_INTERIOR ? at + 4 : at);
    const size = cell.varint();
    if (type === TABLE_LEAF) cell.varint(); // the row's number
    if (size <= localMax(type, page.length)) rows.push(textsOf(page, cell.at));
  }
  return rows;
}

export function holds(row: Row, { texts, oneOf = [] }: SoughtRow): boolean {
  const isOne = oneOf.length === 0 || oneOf.some((text) => row.includes(text));
  return isOne && texts.every((text) => row.includes(text));
}

function localMax(type: number, pageSize: number): number {
  if (type === TABLE_LEAF) return pageSize - 35;
  return Math.floor(((pageSize - 12) * 64) / 255) - 23;
}

function textsOf(page: Buffer, start: number): Row {
  const header = new Cursor(page, start);
  const bodyAt = start + header.varint();
  const texts: string[] = [];
  for (let at = bodyAt; header.at < bodyAt; ) {
    const type = header.varint();
    const size = FIXED_SIZES[type] ?? Math.floor((type - 12) / 2);
    const isText = type >= 13 && type % 2 === 1;
    if (isText) texts.push(page.toString('utf8', at, at + size));
    at += size;
  }
  return texts;
}

class Cursor {
  at: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** Seven bits a byte, the highest first; the ninth byte has eight. Sizes are small numbers. */
  varint(): number {
    let value = 0;
    for (let n = 1; n < 9; n++) {
      const byte = this.#bytes.readUInt8(this.at++);
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) return value;
    }
    return value * 256 + this.#bytes.readUInt8(this.at++);
  }
}
