// What an audit says: each invariant that the auditor judges, by its number, and its verdict.

/** As in docs/auditor.md, in the order in which they are judged and reported. */
export const INVARIANTS = {
  I1: 'every transaction balances, and so do all accounts together, per asset',
  I2: 'an open order reserves what its leaves can still cost; a settled one reserves nothing',
  I3: 'nothing is negative, unless a genuine trade made it so and restricted the account',
  I4: 'each balance is the sum of its postings, and an order moved the cash of its trades',
  I5: 'holdings are deposits and live trades; an order counts each trade once',
  I6: "our trades are those of the exchange's own log",
  I7: 'only listed moves of an order have happened, and its row says the last of them',
  I8: 'cum + leaves = quantity; filled exactly when all is traded; cum falls only by a bust',
  I9: 'a final order changed only by a late fact, with an incident',
  I11: 'a key has one order, and an order is at the exchange once',
  I12: 'every order is known on both sides, and stands alike on both',
  I13: 'nothing traded unannounced after it was reported failed or cancelled',
  I14: 'every order at the exchange was on disk here before, with these terms, within all limits',
  I16: 'nobody traded with themselves',
  I18: "each account's events are numbered without a gap",
  I22: 'the chain of events is whole and holds every anchored head',
  I25: 'nothing is pending, unknown or on its way',
} as const;

export type InvariantId = keyof typeof INVARIANTS;

/** What breaks an invariant: a sentence and the row that shows it. */
export interface Finding {
  readonly sentence: string;
  readonly row: Readonly<Record<string, unknown>>;
}

export interface Verdict {
  readonly invariant: InvariantId;
  readonly sentence: string;
  readonly outcome: 'held' | 'broken' | 'not_judged';
  /** What was looked at, by noun: `{orders: 12, trades: 7}`. */
  readonly counted: Readonly<Record<string, number>>;
  /** Why it, or a part of it, was not judged; null when all of it was. */
  readonly notJudged: string | null;
  readonly findings: number;
  /** Null unless broken. */
  readonly first: Finding | null;
}

export interface AuditReport {
  readonly outcome: 'held' | 'broken';
  readonly directory: string;
  /** Where the exchange's log came from; null without one. */
  readonly venueLog: string | null;
  /** "The faults have ended, nothing may be open": I12 and I25 were judged too. */
  readonly settled: boolean;
  /** Up to here everything on the execution feed must be booked; null: nothing has come yet. */
  readonly watermark: { readonly epoch: string; readonly seq: number } | null;
  readonly verdicts: readonly Verdict[];
}
