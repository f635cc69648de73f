// Traces written by hand: what strace would print for a few calls, and WAL pages with rows in them.

export const SHARD_WAL = '/data/orders/shard-00.db-wal';
export const IDS_WAL = '/data/external-ids.db-wal';
export const CUSTOMER = 'socket:[1]';
export const VENUE = 'socket:[2]';

const PAGE_BYTES = 512;
const FRAME_BYTES = PAGE_BYTES + 24;

export type Line = (atMs: number) => string;

/** Threads stand for who calls: what one begins another may interrupt. */
const THREADS: Readonly<Record<string, number>> = { [CUSTOMER]: 11, [VENUE]: 12, [IDS_WAL]: 12 };

export function call(name: string, file: string, rest: string, result: string | number): Line {
  return line(file, `${name}(7<${file}>${rest}) = ${result} <0.000100>`);
}

/** The same call in two lines, for others to stand between. */
export function halves(name: string, file: string, rest: string, result: string | number) {
  return [
    line(file, `${name}(7<${file}>${rest} <unfinished ...>`),
    line(file, `<... ${name} resumed>) = ${result} <0.000100>`),
  ] as const;
}

export function received(text: string, socket = CUSTOMER): Line {
  return call('recvfrom', socket, `, ${quoted(text)}, 524288, 0, NULL, NULL`, text.length);
}

export function sent(text: string, socket = CUSTOMER): Line {
  const name = socket === CUSTOMER ? 'sendto' : 'writev';
  const iov = `, [{iov_base=${quoted(text)}, iov_len=${text.length}}], 1`;
  const rest = socket === CUSTOMER ? `, ${quoted(text)}, ${text.length}, 0, NULL, 0` : iov;
  return call(name, socket, rest, text.length);
}

export function synced(file = SHARD_WAL, result: string | number = 0): Line {
  return call('fsync', file, '', result);
}

interface FrameOptions {
  readonly file?: string;
  /** Its place in the WAL. */
  readonly n?: number;
  readonly isCommit?: boolean;
  readonly result?: string | number;
}

/** One frame of a transaction, as SQLite writes it: the header, then the page. */
export function frame(
  page: Buffer,
  { file = SHARD_WAL, n = 0, isCommit = true, result = PAGE_BYTES }: FrameOptions = {},
): readonly [Line, Line] {
  const header = Buffer.alloc(24);
  header.writeUInt32BE(2, 0);
  header.writeUInt32BE(isCommit ? 9 : 0, 4);
  const at = 32 + n * FRAME_BYTES;
  return [
    call('pwrite64', file, `, ${quoted(header)}, 24, ${at}`, 24),
    call('pwrite64', file, `, ${quoted(page)}, ${PAGE_BYTES}, ${at + 24}`, result),
  ];
}

/** A leaf page of a table whose columns are all text. */
export function pageOf(...rows: readonly (readonly string[])[]): Buffer {
  const page = Buffer.alloc(PAGE_BYTES);
  page[0] = 0x0d;
  page.writeUInt16BE(rows.length, 3);
  let end = PAGE_BYTES;
  for (const [n, texts] of rows.entries()) {
    const types = texts.flatMap((text) => varint(13 + 2 * text.length));
    const record = [types.length + 1, ...types, ...Buffer.from(texts.join(''), 'latin1')];
    const cell = Buffer.from([...varint(record.length), n + 1, ...record]);
    end -= cell.length;
    cell.copy(page, end);
    page.writeUInt16BE(end, 8 + 2 * n);
  }
  return page;
}

/** One line per millisecond. */
export function textOf(lines: readonly (Line | readonly Line[])[]): string[] {
  return lines.flat().map((line, n) => line(n));
}

function line(file: string, text: string): Line {
  const thread = THREADS[file] ?? 13;
  return (atMs) => `${thread}  1700000000.${String(atMs * 1_000).padStart(6, '0')} ${text}`;
}

function quoted(bytes: Buffer | string): string {
  const text = [...Buffer.from(bytes)].map((byte) => {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    return isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `"${text.join('')}"`;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [128 + Math.floor(value / 128), value % 128];
}
