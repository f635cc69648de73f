// How many bytes are written to the logs of SQLite files while it looks: frames, read off each
// file's shared index. A log that begins anew is noticed; what was written between the last look
// and that is not counted, a look's worth in thousands of frames.
import { closeSync, openSync, readSync } from 'node:fs';
import { pathsOf } from '../../src/store/data-directory.ts';
import { shardFiles } from '../orders/books.ts';

export interface WalPlace {
  readonly frames: number;
  /** Another whenever the log begins anew. */
  readonly salt: string;
}

const LOOK_EVERY_MS = 50;
const HEADER_BYTES = 48;
const [FRAMES_AT, SALT_AT, SALT_BYTES] = [16, 32, 8];
/** A page and the header of its frame. */
const FRAME_BYTES = 4_096 + 24;

export class WalMeter {
  readonly #files: readonly string[];
  readonly #timer: NodeJS.Timeout;
  #places: readonly (WalPlace | null)[];
  #frames = 0;

  constructor(dataDir: string) {
    this.#files = [...shardFiles(dataDir), pathsOf(dataDir).externalIds];
    this.#places = this.#files.map(placeOf);
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** Bytes since it was made. */
  stop(): number {
    clearInterval(this.#timer);
    this.#look();
    return this.#frames * FRAME_BYTES;
  }

  #look(): void {
    const places = this.#files.map(placeOf);
    for (const [index, place] of places.entries()) {
      this.#frames += framesBetween(this.#places[index] ?? null, place);
    }
    this.#places = places;
  }
}

export function framesBetween(before: WalPlace | null, after: WalPlace | null): number {
  if (after === null) return 0;
  if (before === null || before.salt !== after.salt) return after.frames;
  return Math.max(0, after.frames - before.frames);
}

/** The header of the index: the frames that are valid, and the salt of the log. */
export function placeIn(header: Buffer): WalPlace {
  return {
    frames: header.readUInt32LE(FRAMES_AT),
    salt: header.toString('hex', SALT_AT, SALT_AT + SALT_BYTES),
  };
}

function placeOf(path: string): WalPlace | null {
  let file: number;
  try {
    file = openSync(`${path}-shm`, 'r');
  } catch {
    return null; // nobody has the file open
  }
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    return readSync(file, header, 0, HEADER_BYTES, 0) < HEADER_BYTES ? null : placeIn(header);
  } finally {
    closeSync(file);
  }
}
