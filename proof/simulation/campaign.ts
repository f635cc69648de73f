// What many seeds add up to: how many were green, what they met, and which hard case never came.
import { JUDGED_FROM_SEEDS } from './sometimes.ts';
import type { SeedReport } from './worker.ts';

export interface Red {
  readonly seed: string;
  readonly findings: readonly string[];
}

export interface CaseCount {
  readonly times: number;
  readonly seeds: number;
}

export interface CampaignReport {
  readonly seeds: number;
  readonly green: number;
  readonly red: readonly Red[];
  /** Seeds that were run twice, and were the same run twice (I26). */
  readonly repeated: number;
  /** Per seed, on average. */
  readonly perSeed: Readonly<
    Record<'orders' | 'messages' | 'processCrashes' | 'threadCrashes', number>
  >;
  readonly operations: Readonly<Record<'ok' | 'fail' | 'unknown', number>>;
  /** Virtual milliseconds from the end of the faults until all had settled. */
  readonly settledMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly faults: Readonly<Record<string, number>>;
  readonly sometimes: Readonly<Record<string, CaseCount>>;
  /** Cases that never came; judged from a thousand seeds on. */
  readonly never: readonly string[];
  readonly areCasesJudged: boolean;
}

export class Campaign {
  readonly #areCasesExpected: boolean;
  readonly #hashes = new Map<string, string>();
  readonly #red = new Map<string, string[]>();
  readonly #sums = { orders: 0, messages: 0 };
  readonly #operations = { ok: 0, fail: 0, unknown: 0 };
  readonly #faults = new Map<string, number>();
  readonly #cases = new Map<string, { times: number; seeds: number }>();
  readonly #settledMs: number[] = [];
  #repeated = 0;

  /** Whether the faults are such that every hard case can come. */
  constructor({ areCasesExpected }: { readonly areCasesExpected: boolean }) {
    this.#areCasesExpected = areCasesExpected;
  }

  get seeds(): number {
    return this.#hashes.size;
  }

  get reds(): number {
    return this.#red.size;
  }

  /** What is new about it: the findings of its seed, none when it is green. */
  take(report: SeedReport): readonly string[] {
    const { seed, traceHash } = report;
    const known = this.#hashes.get(seed);
    if (known !== undefined) return this.#compare(seed, known, traceHash);
    this.#hashes.set(seed, traceHash);
    this.#add(report);
    if (report.findings.length > 0) this.#red.set(seed, [...report.findings]);
    return report.findings;
  }

  report(): CampaignReport {
    const { seeds } = this;
    const never = [...this.#cases].filter(([, { times }]) => times === 0).map(([name]) => name);
    const mean = (sum: number) => Math.round((10 * sum) / Math.max(seeds, 1)) / 10;
    return {
      seeds,
      green: seeds - this.#red.size,
      red: [...this.#red].map(([seed, findings]) => ({ seed, findings })),
      repeated: this.#repeated,
      perSeed: {
        orders: mean(this.#sums.orders),
        messages: mean(this.#sums.messages),
        processCrashes: mean(this.#faults.get('processCrashes') ?? 0),
        threadCrashes: mean(this.#faults.get('threadCrashes') ?? 0),
      },
      operations: this.#operations,
      settledMs: quantiles(this.#settledMs),
      faults: Object.fromEntries(this.#faults),
      sometimes: Object.fromEntries(this.#cases),
      never,
      areCasesJudged: this.#areCasesExpected && seeds >= JUDGED_FROM_SEEDS,
    };
  }

  #compare(seed: string, known: string, traceHash: string): readonly string[] {
    this.#repeated++;
    if (known === traceHash) return [];
    const finding = `I26: run twice it was two runs, ${known} and ${traceHash}`;
    this.#red.set(seed, [...(this.#red.get(seed) ?? []), finding]);
    return [finding];
  }

  #add({ orders, messages, operations, settledMs, faults, sometimes }: SeedReport): void {
    this.#sums.orders += orders;
    this.#sums.messages += messages;
    for (const outcome of ['ok', 'fail', 'unknown'] as const) {
      this.#operations[outcome] += operations[outcome];
    }
    if (settledMs !== null) this.#settledMs.push(settledMs);
    for (const [fault, count] of Object.entries(faults)) {
      this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + count);
    }
    for (const [name, count] of Object.entries(sometimes)) {
      const { times, seeds } = this.#cases.get(name) ?? { times: 0, seeds: 0 };
      this.#cases.set(name, { times: times + count, seeds: seeds + Math.sign(count) });
    }
  }
}

export function isGreen({ red, never, areCasesJudged }: CampaignReport): boolean {
  return red.length === 0 && (!areCasesJudged || never.length === 0);
}

function quantiles(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
