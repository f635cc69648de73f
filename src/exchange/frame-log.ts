// The lines of a feed as they came, kept before anything reads them, so that one that cannot be
// decoded is there to look at. A diary, not a record of truth: it is not synced, old files go, and
// a disk that cannot take it stops nobody from trading.
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

export interface FrameLogOptions {
  readonly directory: string;
  /** Of one file; at the bound it becomes `<name>.1.ndjson`, and so on. */
  readonly bytesMax: number;
  /** Older files beside the one that is written. */
  readonly filesKept: number;
  /** Told when lines can no longer be kept, once until they can again. */
  readonly onFailure: (error: Error) => void;
}

export class FrameLog {
  readonly #options: FrameLogOptions;
  readonly #name: string;
  #fd: number | null = null;
  #bytes = 0;
  #isFailing = false;

  /** `name` as in `executions.ndjson`. */
  constructor(name: string, options: FrameLogOptions) {
    this.#name = name;
    this.#options = options;
  }

  /** Whole lines without their ends; in the file when this returns. */
  append(lines: readonly string[]): void {
    if (lines.length === 0) return;
    try {
      this.#write(Buffer.from(`${lines.join('\n')}\n`));
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#options.onFailure(error as Error);
      this.#isFailing = true;
      this.close(); // to be opened anew, when there may be room again
    }
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = null;
    if (fd !== null) closeSync(fd);
  }

  #write(chunk: Buffer): void {
    if (this.#fd !== null && this.#bytes + chunk.length > this.#options.bytesMax) this.#rotate();
    const fd = this.#fd ?? this.#open();
    for (let done = 0; done < chunk.length; ) done += writeSync(fd, chunk, done);
    this.#bytes += chunk.length;
  }

  #open(): number {
    mkdirSync(this.#options.directory, { recursive: true });
    const fd = openSync(this.#fileOf(0), 'a');
    this.#fd = fd;
    this.#bytes = fstatSync(fd).size;
    return fd;
  }

  #rotate(): void {
    this.close();
    const { filesKept } = this.#options;
    rmSync(this.#fileOf(filesKept), { force: true });
    for (let age = filesKept - 1; age >= 0; age--) {
      if (existsSync(this.#fileOf(age))) renameSync(this.#fileOf(age), this.#fileOf(age + 1));
    }
  }

  #fileOf(age: number): string {
    return join(this.#options.directory, `${this.#name}${age === 0 ? '' : `.${age}`}.ndjson`);
  }
}
