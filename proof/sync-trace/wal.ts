// The transactions that were written to the WAL files, and the syncs of these files. A transaction
// is complete with its commit frame, whose header says how many pages the file has then; a sync
// that begins before that frame is written does not make it durable.
import type { Call } from './call.ts';
import { holds, type Row, rowsOf, type SoughtRow } from './page-rows.ts';

export interface Transaction {
  readonly file: string;
  /** The line at which its first frame began to be written, and that at which its last had been. */
  readonly startLine: number;
  readonly endLine: number;
  readonly rows: readonly Row[];
}

interface Frame {
  readonly offset: number;
  readonly startLine: number;
  readonly rows: readonly Row[];
}

/** A frame's header, whose page is the next write. */
interface Header {
  readonly offset: number;
  readonly startLine: number;
  readonly isCommit: boolean;
}

const FRAME_HEADER_BYTES = 24;

export class WalFile {
  readonly transactions: Transaction[] = [];
  readonly syncs: Call[] = [];
  readonly #file: string;
  #frames: Frame[] = [];
  #header: Header | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  synced(call: Call): void {
    this.syncs.push(call);
  }

  /** SQLite writes a frame as two: its header, then its page. Anything else ends no transaction. */
  wrote(call: Call): void {
    const { bytes, offset, result, startLine } = call;
    if (offset === null || result !== bytes.length) return this.#abandon();
    const header = this.#header;
    this.#header = null;
    if (bytes.length === FRAME_HEADER_BYTES) {
      // Written over: what stood from here on was rolled back.
      this.#frames = this.#frames.filter((frame) => frame.offset < offset);
      this.#header = { offset, startLine, isCommit: bytes.readUInt32BE(4) !== 0 };
    } else if (header !== null && offset === header.offset + FRAME_HEADER_BYTES) {
      this.#frames.push({ ...header, rows: rowsOf(bytes) });
      if (header.isCommit) this.#commit(call);
    }
  }

  /** The first that began after `line` and holds such a row. */
  find(sought: SoughtRow, line: number): Transaction | null {
    const isIt = ({ startLine, rows }: Transaction) =>
      startLine > line && rows.some((row) => holds(row, sought));
    return this.transactions.find(isIt) ?? null;
  }

  #commit({ endLine, startLine }: Call): void {
    this.transactions.push({
      file: this.#file,
      startLine: this.#frames[0]?.startLine ?? startLine,
      endLine,
      rows: this.#frames.flatMap(({ rows }) => rows),
    });
    this.#frames = [];
  }

  #abandon(): void {
    this.#frames = [];
    this.#header = null;
  }
}
