// One audit from beginning to end: the books as they stand at one moment, then the exchange's log,
// then every check. It changes nothing, and a running broker does not feel it.
import type { AuditReport } from '../domain/audit-report.ts';
import { FEES, LIMITS } from '../limits.ts';
import type { AuditBounds, Audited } from './audited.ts';
import { Books } from './books.ts';
import { auditHistory } from './history.ts';
import { auditHoldings } from './holdings.ts';
import { auditMoney } from './money.ts';
import { auditPortfolios } from './portfolios.ts';
import { auditSettled } from './settled.ts';
import { Tally } from './tally.ts';
import { auditChain, auditKeys, auditSequences } from './trail.ts';
import type { VenueLog } from './venue-log.ts';
import { readVenueLog, VenueLogError } from './venue-log-source.ts';
import { auditVenueOrders } from './venue-orders.ts';
import { auditVenueTrades } from './venue-trades.ts';

export interface AuditOptions {
  readonly directory: string;
  /** Null: the log that the exchange of `npm start` has left in the directory, if there is one. */
  readonly exchangeUrl: string | null;
  /** What to do when the exchange cannot be reached: go without its log, or not at all. */
  readonly withoutVenueLog: 'audit' | 'throw';
  /** The faults have ended, nothing may be open. */
  readonly settled: boolean;
}

const CHECKS = [
  auditMoney,
  auditHoldings,
  auditPortfolios,
  auditVenueTrades,
  auditHistory,
  auditKeys,
  auditVenueOrders,
  auditSequences,
  auditChain,
  auditSettled,
];

/** What arrives in one second after the exchange was stuck: one batch per connection more. */
const BURST = LIMITS.batchOrdersMax * LIMITS.orderConnectionsMax;

export const BOUNDS: AuditBounds = {
  fees: FEES,
  clockSkewMs: LIMITS.clockSkewMs,
  orderSharesMax: LIMITS.numSharesMax,
  orderValueMaxInCents: LIMITS.orderValueMaxInCents,
  ordersPerSecondMax: LIMITS.ordersPerSecondToExchangeMax + BURST,
};

/**
 * Throws `DataDirectoryError` or `VenueLogError`, with a sentence, when there is nothing that it
 * could judge.
 */
export async function audit(options: AuditOptions): Promise<AuditReport> {
  const books = new Books(options.directory);
  try {
    const venueLog = await venueLogFor(options, books);
    try {
      return judge(options.directory, { books, venueLog, settled: options.settled });
    } finally {
      venueLog?.close();
    }
  } finally {
    books.close();
  }
}

/** The checks alone. */
export function judge(
  directory: string,
  { books, venueLog, settled }: Pick<Audited, 'books' | 'venueLog' | 'settled'>,
): AuditReport {
  const tally = new Tally();
  const bounds = { ...BOUNDS, fees: books.fees ?? BOUNDS.fees };
  const audited = { books, venueLog, settled, bounds };
  for (const check of CHECKS) check(audited, tally);
  const verdicts = tally.verdicts();
  return {
    outcome: verdicts.some(({ outcome }) => outcome === 'broken') ? 'broken' : 'held',
    directory,
    venueLog: venueLog?.source ?? null,
    settled,
    watermark: books.feed.watermark,
    verdicts,
  };
}

async function venueLogFor(options: AuditOptions, books: Books): Promise<VenueLog | null> {
  try {
    return await readVenueLog(options.exchangeUrl, books.paths, books.feed);
  } catch (error) {
    if (error instanceof VenueLogError && options.withoutVenueLog === 'audit') return null;
    throw error;
  }
}
