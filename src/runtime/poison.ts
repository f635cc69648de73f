// The messages that threw even alone, with their errors: the newest few, for whoever has to find
// the bug.
import type { Address } from './actor.ts';
import { type Envelope, kindOfEnvelope } from './envelope.ts';
import type { ErrorReport } from './errors.ts';

export interface PoisonRecord {
  readonly address: Address;
  readonly from: Address;
  readonly kind: string;
  readonly error: ErrorReport;
  readonly atMs: number;
}

export class PoisonRing {
  readonly #keptMax: number;
  readonly #kept: PoisonRecord[] = [];
  #total = 0;

  constructor(keptMax: number) {
    this.#keptMax = keptMax;
  }

  get total(): number {
    return this.#total;
  }

  kept(): readonly PoisonRecord[] {
    return [...this.#kept];
  }

  add(address: Address, envelope: Envelope, error: ErrorReport, atMs: number): void {
    this.#total++;
    this.#kept.push({ address, from: envelope.from, kind: kindOfEnvelope(envelope), error, atMs });
    if (this.#kept.length > this.#keptMax) this.#kept.shift();
  }
}
