// Collects what the checks find: how much was looked at, how much of it is broken, and the first
// break of each invariant in full. However much is broken, it does not grow.
import {
  type Finding,
  INVARIANTS,
  type InvariantId,
  type Verdict,
} from '../domain/audit-report.ts';

interface Entry {
  readonly counted: Record<string, number>;
  notJudged: string | null;
  findings: number;
  first: Finding | null;
}

export class Tally {
  readonly #entries = new Map<InvariantId, Entry>();

  looked(invariant: InvariantId, noun: string, count = 1): void {
    const { counted } = this.#entry(invariant);
    counted[noun] = (counted[noun] ?? 0) + count;
  }

  broke(invariant: InvariantId, sentence: string, row: object): void {
    const entry = this.#entry(invariant);
    entry.findings++;
    entry.first ??= { sentence, row: { ...row } };
  }

  /** The whole of an invariant, or the part that the reason names. */
  notJudged(invariant: InvariantId, reason: string): void {
    this.#entry(invariant).notJudged = reason;
  }

  verdicts(): Verdict[] {
    return (Object.keys(INVARIANTS) as InvariantId[]).map((invariant) => {
      const { counted, notJudged, findings, first } = this.#entry(invariant);
      const wasJudged = findings > 0 || Object.keys(counted).length > 0 || notJudged === null;
      const outcome = first !== null ? 'broken' : wasJudged ? 'held' : 'not_judged';
      const sentence = INVARIANTS[invariant];
      return { invariant, sentence, outcome, counted, notJudged, findings, first };
    });
  }

  #entry(invariant: InvariantId): Entry {
    let entry = this.#entries.get(invariant);
    if (entry === undefined) {
      entry = { counted: {}, notJudged: null, findings: 0, first: null };
      this.#entries.set(invariant, entry);
    }
    return entry;
  }
}
