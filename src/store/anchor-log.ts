// anchors.log: heads of the shards' hash chains, written down outside of the database now and then
// and synced, so that a chain that was rewritten as a whole is noticed too (I22).
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { ChainHead } from './event-store.ts';

export interface Anchor {
  readonly atMs: number;
  /** `00`, `01`, ... */
  readonly shard: string;
  readonly eventNo: number;
  /** Hexadecimal. */
  readonly hash: string;
}

export class AnchorLog {
  readonly #path: string;
  readonly #shard: string;
  #lastEventNo = 0;

  constructor(path: string, shard: string) {
    this.#path = path;
    this.#shard = shard;
  }

  /** Appends one line, synced; a head that has not moved is not written again. */
  anchor({ eventNo, hash }: ChainHead, atMs: number): void {
    if (eventNo === this.#lastEventNo) return;
    const anchor: Anchor = {
      atMs,
      shard: this.#shard,
      eventNo,
      hash: Buffer.from(hash).toString('hex'),
    };
    const file = openSync(this.#path, 'a');
    try {
      writeSync(file, `${JSON.stringify(anchor)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    this.#lastEventNo = eventNo;
  }
}
