// Whether what was read of one thing can be explained by its versions: each reading shows a
// version, and a reading that began after another had ended does not show an older one. Every
// reading is given the oldest version that this allows, which is the choice that forbids least of
// the others: when it fails, no choice can work.
import { isDeepStrictEqual } from 'node:util';
import type { Shown, Version } from './books-truth.ts';

export interface Reading {
  readonly begunAt: number;
  readonly endedAt: number;
  /** All that the client was shown, or a part of it; of an event that was heard, its number. */
  readonly shows: Shown | number;
  readonly by: string;
}

/** Sentences; empty when there is an explanation. */
export function checkRegister(
  what: string,
  versions: readonly Version[],
  readings: readonly Reading[],
): string[] {
  const problems: string[] = [];
  const ended = new EndedReadings();
  for (const reading of readings.toSorted((a, b) => a.begunAt - b.begunAt)) {
    const from = ended.newestBefore(reading.begunAt);
    const index = versions.findIndex((version, at) => at >= from && isOf(reading, version));
    if (index >= 0) ended.add(reading.endedAt, index);
    else problems.push(sentenceOf(what, versions, { reading, from }));
  }
  return problems;
}

/** The newest version that any reading had shown by a moment; moments are asked for in order. */
class EndedReadings {
  /** By their end, soonest first. */
  readonly #open: { readonly endedAt: number; readonly index: number }[] = [];
  #newest = 0;

  add(endedAt: number, index: number): void {
    const at = this.#open.findIndex((other) => other.endedAt > endedAt);
    this.#open.splice(at < 0 ? this.#open.length : at, 0, { endedAt, index });
  }

  newestBefore(begunAt: number): number {
    while ((this.#open[0]?.endedAt ?? Infinity) < begunAt) {
      this.#newest = Math.max(this.#newest, this.#open.shift()?.index ?? 0);
    }
    return this.#newest;
  }
}

function isOf({ shows }: Reading, version: Version): boolean {
  if (typeof shows === 'number') return version.seq === shows;
  return Object.entries(shows).every(([name, value]) =>
    isDeepStrictEqual(value, version.shown[name]),
  );
}

function sentenceOf(
  what: string,
  versions: readonly Version[],
  { reading, from }: { readonly reading: Reading; readonly from: number },
): string {
  const { by, shows } = reading;
  const known = versions.findLast((version) => isOf(reading, version));
  if (known === undefined) {
    const newest = JSON.stringify(versions.at(-1)?.shown);
    return `${what}: ${by} showed ${JSON.stringify(shows)}, which it never was; it is ${newest}`;
  }
  const seen = versions[from]?.seq;
  return `${what}: ${by} showed event ${known.seq} after event ${seen} had been seen`;
}
