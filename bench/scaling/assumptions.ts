// What the arithmetic assumes and nobody here has measured: the load of the document, the habits of
// customers, hosts and prices. Each is one line to edit, and all of them stand in docs/scaling.md.

export interface Assumption {
  readonly value: number;
  readonly unit: string;
  /** Where it comes from. */
  readonly from: string;
}

const DOCUMENT = "the system's document";
const GUESS = 'assumption';
/** Prices are of no particular seller: round numbers to be replaced by an offer. */
const PRICE = 'assumption of 2026-11';

export const ASSUMPTIONS = {
  dailyUsers: { value: 20_000_000, unit: 'users', from: DOCUMENT },
  ordersPerUser: { value: 5, unit: 'orders/day', from: DOCUMENT },
  documentPeakPerSecond: { value: 5_000, unit: 'orders/s', from: DOCUMENT },
  symbols: { value: 5_000, unit: 'symbols', from: DOCUMENT },
  updatesPerSymbolSecond: { value: 1, unit: '/s', from: DOCUMENT },
  documentBytesPerOrder: { value: 500, unit: 'B', from: DOCUMENT },
  exchangeSessionsMax: { value: 50, unit: 'sessions', from: DOCUMENT },

  sessionSeconds: { value: 23_400, unit: 's', from: 'New York, 09:30 to 16:00' },
  sessionsPerYear: { value: 252, unit: 'days', from: 'New York' },
  /** Intensity is base + open x exp(-x / openSpan) + close x exp(-(1 - x) / closeSpan). */
  openIntensity: { value: 4.5, unit: 'x average', from: GUESS },
  openSpan: { value: 0.03, unit: 'of the session', from: GUESS },
  closeIntensity: { value: 2.5, unit: 'x average', from: GUESS },
  closeSpan: { value: 0.04, unit: 'of the session', from: GUESS },
  burstsPerDay: { value: 20, unit: 'bursts', from: GUESS },
  burstFactorMean: { value: 1.8, unit: 'x', from: GUESS },
  burstSecondsMax: { value: 60, unit: 's', from: GUESS },
  /** People are lognormal; a few programs place thousands of orders each. */
  activitySigma: { value: 1.6, unit: '', from: GUESS },
  programsPer10k: { value: 1, unit: 'of 10,000 users', from: GUESS },
  ordersPerProgram: { value: 5_000, unit: 'orders/day', from: GUESS },
  openOrdersShare: { value: 0.05, unit: "of a day's orders", from: GUESS },
  retryShare: { value: 0.8, unit: 'of the refused', from: GUESS },
  retrySpreadSeconds: { value: 30, unit: 's', from: GUESS },

  streamShareAtPeak: { value: 0.25, unit: 'of users', from: GUESS },
  streamShareOverDay: { value: 0.1, unit: 'of users', from: GUESS },
  symbolsPerStream: { value: 10, unit: 'symbols', from: GUESS },

  headroom: { value: 0.5, unit: 'of what was measured', from: 'decision' },
  filesPerHost: { value: 2, unit: 'shard files', from: 'decision (default of OUTCRY_SHARDS)' },
  copies: { value: 3, unit: 'copies', from: 'decision' },
  commitsPerOrder: { value: 4, unit: 'commits', from: 'architecture.md: A, B, C, D' },
  gatewayThreadsPerHost: { value: 12, unit: 'threads', from: GUESS },
  gatewayHostCores: { value: 16, unit: 'cores', from: GUESS },
  otherHosts: { value: 12, unit: 'hosts of 8 cores', from: GUESS },
  otherHostCores: { value: 8, unit: 'cores', from: GUESS },
  detectSeconds: { value: 10, unit: 's', from: GUESS },
  hotDays: { value: 30, unit: 'days', from: 'decision' },
  retentionYears: { value: 6, unit: 'years', from: '17 CFR 240.17a-4, the longest of its terms' },
  networkGbitPerSecond: { value: 10, unit: 'Gbit/s', from: GUESS },
  sessionOrdersPerSecond: { value: 1_000, unit: 'messages/s', from: GUESS },
  cancelsPerOrder: { value: 0.2, unit: 'cancels', from: GUESS },
  driveTerabytes: { value: 1.92, unit: 'TB', from: GUESS },
  driveWritesPerDay: { value: 1, unit: 'of its size', from: GUESS },
  driveYears: { value: 5, unit: 'years', from: GUESS },

  usdPerCoreMonth: { value: 25, unit: 'USD', from: PRICE },
  usdPerDriveTerabyteMonth: { value: 60, unit: 'USD', from: PRICE },
  usdPerArchiveTerabyteMonth: { value: 20, unit: 'USD', from: PRICE },
  usdPerEgressTerabyte: { value: 10, unit: 'USD', from: PRICE },
  usdPerExchangeSessionMonth: { value: 1_000, unit: 'USD', from: PRICE },
} as const satisfies Readonly<Record<string, Assumption>>;

export type AssumptionName = keyof typeof ASSUMPTIONS;
export type Assumed = Readonly<Record<AssumptionName, number>>;

export function assumed(changes: Partial<Assumed> = {}): Assumed {
  const values = Object.entries(ASSUMPTIONS).map(([name, { value }]) => [name, value]);
  return { ...(Object.fromEntries(values) as Assumed), ...changes };
}
