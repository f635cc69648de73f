// Reads that need no actor: answered from read-only connections in a pool of worker threads, after
// the commits that the asker has seen.
import type { AuditReport } from '../../domain/audit-report.ts';
import type { Candle, CandleInterval, Outage } from '../../domain/candle.ts';
import type { IncidentEntry, IncidentKind, IncidentPlace } from '../../domain/incident.ts';
import type { LedgerEntry, LedgerPlace } from '../../domain/ledger-entry.ts';
import type { Order } from '../../domain/order.ts';
import type { OrderQuery } from '../../domain/order-query.ts';
import type { OrderTrade } from '../../domain/order-trades.ts';
import type { PortfolioValue } from '../../domain/portfolio.ts';
import type { Position } from '../../domain/position.ts';
import type { Rejection } from '../../domain/reject-codes.ts';
import type { TimelineEntry } from '../../domain/timeline.ts';
import type { ReplyTo } from '../../runtime/actor.ts';

export type { AuditReport } from '../../domain/audit-report.ts';
export type { Candle, CandleInterval, Outage } from '../../domain/candle.ts';
export type { LedgerEntry, LedgerPlace } from '../../domain/ledger-entry.ts';
export type { OrderTrade } from '../../domain/order-trades.ts';
export type { PortfolioValue } from '../../domain/portfolio.ts';
export type { Position } from '../../domain/position.ts';
export type { TimelineEntry } from '../../domain/timeline.ts';

export interface ListOrders extends OrderQuery {
  readonly kind: 'ListOrders';
  readonly replyTo: ReplyTo<ListOrdersReply>;
}

export interface ListOrdersReply {
  readonly outcome: 'orders';
  /** Newest first by id. */
  readonly orders: readonly Order[];
  readonly hasMore: boolean;
}

export interface ListPositions {
  readonly kind: 'ListPositions';
  readonly userId: string;
  readonly replyTo: ReplyTo<ListPositionsReply>;
}

export interface ListPositionsReply {
  readonly outcome: 'positions';
  /** By symbol; one that is closed stays, for what was earned on it. */
  readonly positions: readonly Position[];
}

export interface ListLedger {
  readonly kind: 'ListLedger';
  readonly userId: string;
  /** Null: from the newest on. */
  readonly before: LedgerPlace | null;
  readonly limit: number;
  readonly replyTo: ReplyTo<ListLedgerReply>;
}

export interface ListLedgerReply {
  readonly outcome: 'ledger';
  /** Newest first. */
  readonly entries: readonly LedgerEntry[];
  readonly hasMore: boolean;
}

export interface ListPortfolioValues {
  readonly kind: 'ListPortfolioValues';
  readonly userId: string;
  /** By the time of the close, half open. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Sessions below this number only. */
  readonly beforeSessionNo: number;
  readonly limit: number;
  readonly replyTo: ReplyTo<ListPortfolioValuesReply>;
}

export interface ListPortfolioValuesReply {
  readonly outcome: 'portfolio_values';
  /** Newest first, one for each session that has closed. */
  readonly values: readonly PortfolioValue[];
  readonly hasMore: boolean;
}

export interface GetTimeline {
  readonly kind: 'GetTimeline';
  readonly userId: string;
  readonly orderId: string;
  /** Events above this number only. */
  readonly afterSeq: number;
  readonly replyTo: ReplyTo<TimelineReply | Rejection>;
}

export interface TimelineReply {
  readonly outcome: 'timeline';
  /** Oldest first. */
  readonly entries: readonly TimelineEntry[];
  /** The `afterSeq` of the next page; null when this was the last. */
  readonly nextAfterSeq: number | null;
}

export interface ListTrades {
  readonly kind: 'ListTrades';
  readonly userId: string;
  readonly orderId: string;
  readonly replyTo: ReplyTo<TradesReply | Rejection>;
}

export interface TradesReply {
  readonly outcome: 'trades';
  /** Oldest first. */
  readonly trades: readonly OrderTrade[];
  /** True for an order with more of them than one answer may carry. */
  readonly hasMore: boolean;
}

/** For operators: what the shards have recorded as not being as it should. */
export interface ListIncidents {
  readonly kind: 'ListIncidents';
  /** Null: of every kind. */
  readonly incident: IncidentKind | null;
  /** Null: of every user, and of none. */
  readonly userId: string | null;
  readonly limit: number;
  /** As an earlier answer gave it; null: from the newest on. */
  readonly before: readonly IncidentPlace[] | null;
  readonly replyTo: ReplyTo<ListIncidentsReply>;
}

export interface ListIncidentsReply {
  readonly outcome: 'incidents';
  /** Newest first, over all shards. */
  readonly incidents: readonly IncidentEntry[];
  /** Null when this was the last page. */
  readonly next: readonly IncidentPlace[] | null;
}

/** Of one symbol: those that begin in `[fromMs, toMs)`. */
export interface ListCandles {
  readonly kind: 'ListCandles';
  readonly symbol: string;
  readonly interval: CandleInterval;
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
  readonly replyTo: ReplyTo<ListCandlesReply>;
}

export interface ListCandlesReply {
  readonly outcome: 'candles';
  /** Whether there is a candle or an imported day of the symbol at all. */
  readonly isKnown: boolean;
  /** Oldest first; a stretch in which nothing was printed has none. */
  readonly candles: readonly Candle[];
  readonly hasMore: boolean;
  /** What may have been missed from `fromMs` to the last candle or, on the last page, `toMs`. */
  readonly gaps: readonly Outage[];
}

/** All books against their invariants. One at a time: a second one is `not_delivered (busy)`. */
export interface AuditBooks {
  readonly kind: 'AuditBooks';
  /** Nothing may be open: for a broker at rest. */
  readonly settled: boolean;
  readonly replyTo: ReplyTo<AuditBooksReply>;
}

export interface AuditBooksReply {
  readonly outcome: 'audited';
  readonly report: AuditReport;
}

/** Answered from the file of one user's shard. */
export type ReadPoolCommand =
  | ListOrders
  | ListPositions
  | ListLedger
  | ListPortfolioValues
  | GetTimeline
  | ListTrades;

export type ReadPoolReply =
  | ListOrdersReply
  | ListPositionsReply
  | ListLedgerReply
  | ListPortfolioValuesReply
  | TimelineReply
  | TradesReply
  | Rejection;
