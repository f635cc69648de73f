// The exchange's memory on disk: one line per record, appended before an answer leaves. A blank
// line ends each group of records that belong together; what stands after the last one was cut off
// by a crash and had not been answered.
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { LogLine, LogRecord } from './log-record.ts';

const CHUNK_BYTES = 256 * 1024;
/** One remembered place per so many records: enough to begin reading near any of them. */
const RECORDS_PER_MARK = 256;
const NEWLINE = 0x0a;

interface Mark {
  readonly logSeq: number;
  readonly executionSeq: number;
  readonly offset: number;
}

export interface LogChunk {
  readonly lines: readonly string[];
  readonly nextOffset: number;
}

export class ExchangeLog {
  readonly file: string;
  readonly #fd: number;
  #size: number;
  #logSeq = 0;
  #executionSeq = 0;
  #marks: Mark[] = [];

  /** Opens the log, or begins one, and hands what it holds to `restore`, oldest first. */
  constructor(file: string, restore: (record: LogRecord) => void) {
    this.file = file;
    mkdirSync(dirname(file), { recursive: true });
    this.#fd = openSync(file, existsSync(file) ? 'r+' : 'w+');
    this.#size = this.#endOfLastGroup();
    ftruncateSync(this.#fd, this.#size);
    this.#readBack(restore);
  }

  get size(): number {
    return this.#size;
  }

  /**
   * One group: all of it or, after a crash in the middle of this call, none of it. Returns the JSON
   * of each record: a feed may say the same.
   */
  append(records: readonly LogRecord[]): string[] {
    if (records.length === 0) return [];
    const texts = records.map((record) => JSON.stringify(record));
    let text = '';
    let bytes = 0;
    for (const [index, record] of records.entries()) {
      const members = (texts[index] as string).slice(1); // each has a kind at least
      const line = `{"logSeq":${this.#logSeq + 1},${members}\n`;
      this.#mark(record, this.#size + bytes);
      bytes += Buffer.byteLength(line);
      text += line;
    }
    const group = Buffer.from(`${text}\n`);
    for (let done = 0; done < group.length; ) {
      done += writeSync(this.#fd, group, done, group.length - done, this.#size + done);
    }
    this.#size += group.length;
    return texts;
  }

  /** A place at or before the first record that comes after the given sequence. */
  offsetAfter(sequence: 'logSeq' | 'executionSeq', seq: number): number {
    let low = 0;
    let high = this.#marks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#marks[middle]?.[sequence] ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return this.#marks[low - 1]?.offset ?? this.#marks[0]?.offset ?? 0;
  }

  /** Whole lines from `offset` on, without the blank ones; none at the end of the log. */
  read(offset: number): LogChunk {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(0, this.#size - offset)));
    const length = readSync(this.#fd, chunk, 0, chunk.length, offset);
    const end = chunk.subarray(0, length).lastIndexOf(NEWLINE) + 1;
    const lines = chunk.toString('utf8', 0, end).split('\n');
    return { lines: lines.filter((line) => line !== ''), nextOffset: offset + end };
  }

  close(): void {
    closeSync(this.#fd);
  }

  #readBack(restore: (record: LogRecord) => void): void {
    for (let offset = 0; offset < this.#size; ) {
      const { lines, nextOffset } = this.read(offset);
      for (const line of lines) {
        const record: LogLine = JSON.parse(line);
        // Near enough: the chunk that holds the record begins here.
        this.#mark(record, offset);
        restore(record);
      }
      offset = nextOffset;
    }
  }

  #mark(record: LogRecord, offset: number): void {
    this.#logSeq++;
    if (record.kind === 'execution') this.#executionSeq = record.seq;
    if (record.kind === 'epoch') this.#executionSeq = 0;
    const { kind } = record;
    if (this.#logSeq % RECORDS_PER_MARK !== 1 && kind !== 'epoch') return;
    const [logSeq, executionSeq] = [this.#logSeq, this.#executionSeq];
    // Executions are looked up in this epoch only; of the earlier ones the log alone tells.
    if (kind === 'epoch') this.#marks = this.#marks.map((mark) => ({ ...mark, executionSeq: -1 }));
    this.#marks.push({ logSeq, executionSeq, offset });
  }

  #endOfLastGroup(): number {
    const { size } = fstatSync(this.#fd);
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - CHUNK_BYTES);
      const chunk = Buffer.alloc(end - start);
      readSync(this.#fd, chunk, 0, chunk.length, start);
      const blank = chunk.lastIndexOf('\n\n');
      if (blank !== -1) return start + blank + 2;
      if (start === 0) return 0;
      end = start + 1; // one byte of overlap: the two line ends may lie on both sides of the cut
    }
    return 0;
  }
}
