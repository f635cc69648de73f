// Every bound of the system, once. Units stand last in the name. The relations between them are
// asserted at load.
import assert from 'node:assert/strict';
import type { FeeSchedule } from './domain/money.ts';
import type { RuntimeLimits } from './runtime/system.ts';

export const LIMITS = {
  // Orders
  numSharesMax: 1_000_000,
  orderSharesMaxDefault: 10_000,
  orderValueMaxInCentsDefault: 500_000_000,
  ordersPerSecondPerUserDefault: 1_000,
  priceInCentsMax: 100_000_000,
  marketProtectionBps: 300,
  limitCollarBps: 1_000,
  duplicateWindowMsDefault: 250,
  duplicateWindowMsMax: 60_000,
  recentIntents: 65_536, // twice as many at most
  orderValueMaxInCents: 900_000_000_000,
  ordersPerSecondPerUserMax: 1_000_000,
  notAfterMs: 5_000,
  /** How long a submit may still turn up at an exchange that knows no `notAfter` (E11). */
  absenceWindowMs: 30_000,

  // Operators
  /** How long a decision may take to be applied by all before its answer says who has not. */
  tradingStateMs: 5_000,
  tradingStateRetryMs: 100,
  decisionsOpenMax: 64,
  reasonMax: 200,
  usersPageDefault: 50,
  usersPageMax: 200,
  restrictedUsersMax: 1_000,
  nameMax: 100,
  passwordMin: 8,

  // Money: half of what a double counts exactly, so that trades on top of a deposit stay exact
  balanceMax: 2 ** 52,
  depositMax: 2 ** 50,

  // HTTP
  bodyBytesMax: 16 * 1024,
  idempotencyKeyMax: 64,
  waitDefaultMs: 2_000,
  waitMaxMs: 30_000,
  askMarginMs: 2_000,
  readAskMs: 5_000,
  auditAskMs: 300_000,
  readinessAskMs: 1_000,
  bodyDrainBytesMax: 1024 * 1024,
  emailMax: 254,
  passwordMax: 256,
  symbolNameMax: 32,
  searchTextMax: 200,
  cursorMax: 1_024,
  ordersPageDefault: 50,
  ordersPageMax: 200,
  ordersOffsetMax: 10_000,
  symbolsPageMax: 5_000,
  incidentsPageDefault: 50,
  incidentsPageMax: 200,
  ledgerPageDefault: 50,
  ledgerPageMax: 500,
  timelinePageMax: 1_000,
  orderTradesMax: 5_000,
  cancelAllMax: 200,
  portfolioPageDefault: 50,
  portfolioPageMax: 200,
  positionLotsCachedMax: 500_000,
  loginsQueuedMax: 64,
  tokensCachedMax: 10_000,
  tokenLifeMs: 24 * 60 * 60 * 1_000,

  // Streams
  symbolsPerStreamMax: 200,
  streamsPerGatewayMax: 18_000,
  streamsPerUserMax: 1_000,
  streamHeartbeatMs: 15_000,
  streamRetryMs: 1_000,
  streamRetryJitterMs: 2_000,
  streamIntervalMsMax: 60_000,
  streamFlushMsMax: 100,
  /** A write costs the same for one price as for ten: gathering is what makes them cheap. */
  streamWritesPerPauseMs: 10,
  /** Written in one go: about 4 ms, which is what an order may have to wait. */
  streamsPerSlice: 512,
  streamSweepMs: 1_000,
  streamRereadMs: 250,
  streamBufferBytesMax: 1024 * 1024,
  streamStalledMs: 10_000,
  priceThrottleMs: 100,
  /** A change too small to matter is sent after that all the same. */
  priceHeldMs: 5_000,
  unwatchLingerMs: 1_000,
  eventsPageMax: 256,
  resumeEventsMax: 10_000,

  // Towards the exchange
  orderConnectionsDefault: 4,
  orderConnectionsMax: 50,
  controlConnections: 1,
  batchOrdersMax: 64,
  queryOrdersMax: 200,
  submitQueueMs: 2_000,
  ordersPerSecondToExchangeMax: 20_000,
  venueRequestMs: 4_000,
  feedSilentMs: 3_000,
  feedFramesPerReadMax: 1_024,
  feedLineBytesMax: 16 * 1024 * 1024,
  venueAnswerBytesMax: 16 * 1024 * 1024,
  frameLogBytesMax: 64 * 1024 * 1024,
  frameLogFilesKept: 3,
  linkRetryMinMs: 100,
  linkRetryMaxMs: 2_000,
  executionsInFlightMax: 2_048,
  executionsTakenMs: 30_000,
  watermarkLagMax: 1_024,
  controlQueueMax: 4_096,
  /** Requests with cancels that pass a question that waits, before it has its turn. */
  cancelsBeforeQuestion: 4,
  factAskMs: 5_000,

  // Reconciling
  unresolvedOlderThanMs: 1_000,
  unresolvedListMax: 1_000,
  unresolvedCancelOlderThanMs: 1_000,
  queriesPerRoundMax: 5,
  reconcileRoundMs: 500,
  unknownAlarmMs: 60_000,
  fullMatchEveryMs: 60_000,
  fullMatchRetryMs: 5_000,
  /** After a session has closed, before every open DAY order is asked about (E23). */
  matchGraceMs: 3_000,
  /** Of the exchange, at ten pages a second: 20 s for 100,000 orders. */
  matchPageMax: 500,
  matchPageTriesMax: 5,
  matchOrdersMax: 500_000,
  matchFindingsMax: 10_000,
  /** Until a fill that the exchange has counted is looked for, instead of waited for. */
  fillsLateMs: 3_000,
  fillsWantedMax: 10_000,
  targetedOrdersMax: 10_000,
  sweepPageMax: 200,
  crossedAfterMs: 10_000,
  crossedAskEveryMs: 60_000,
  crossedOrdersMax: 10_000,
  parkedAskAfterMs: 5_000,
  parkedListMax: 200,
  strayAfterMs: 60_000,
  settleWindowMs: 2_000,
  indexLagMs: 1_000,
  /** Of ours, in one turn of a shard: about a millisecond, which is what an order has to wait. */
  openOrdersPageMax: 250,
  recentOpenOrders: 8_192, // of a shard; twice as many at most
  recentEndedOrders: 1_024, // the same
  recentMappings: 32_768, // twice as many at most
  accountsKeptMax: 32_768,
  holdingsKeptMax: 131_072,
  houseTradesPageMax: 500,
  assignmentRetryMs: 1_000,
  clockSkewMs: 1_000,

  // Cancels without an answer
  submitAskMs: 10_000,
  cancelAskMs: 6_000,
  cancelRetryMinMs: 500,
  cancelRetryMaxMs: 5_000,

  // Demo
  demoCashInCents: 1_000_000_000,
  demoShares: 10_000,
  depositsPerAskMax: 500,

  // Market
  symbolsMax: 16_384,

  // Candles
  /** How long a fan-out may keep to itself what was printed. */
  candleEveryMs: 5_000,
  /** How long the price-history may, before it is in the file. */
  candleFlushMs: 1_000,
  /** Spans in one transaction: its four candles each are some ms of the market thread. */
  candleFlushMax: 256,
  /** Spans kept while the file cannot be written. */
  candlesPendingMax: 16_384,
  priceUpkeepMs: 5_000,
  candlesDeletedMax: 2_000,
  outagesMax: 1_000,
  candlesPageDefault: 500,
  candlesPageMax: 1_000,
  candleDaysMax: 36_500,
  dailyFileMs: 30_000,
  dailyFilesMax: 10_000,
  dailyFileBytesMax: 4 * 1024 * 1024,
  dailyBarsPerFileMax: 20_000,

  // Messages between threads
  turnMessagesMax: 512,
  shardMailboxMax: 131_072,
  exchangeMailboxMax: 131_072,
  smallMailboxMax: 8_192,
  /** Every fan-out may have two spans on the way at once, when a minute ends. */
  priceHistoryMailboxMax: 32_768,
  shardAskWindow: 4_096,
  shardFactWindow: 4_096,
  exchangeAskWindow: 4_096,
  smallAskWindow: 256,

  // Portfolios
  /** Users whose value is taken in one turn after a close: some milliseconds of the shard. */
  portfoliosPerTurn: 100,
  /** A close that is heard later than this after it is no moment to take values at any more. */
  closeHeardMs: 5_000,

  // Audit trail
  anchorEveryMs: 60 * 60 * 1_000,

  // Process
  stopMs: 8_000,
  readyPatienceMs: 3_000, // after the threads are up; then the log says that it is not ready
  readThreads: 1,
  /** Rows changed; a page of the log holds about four of them. */
  changesPerCheckpoint: 40_000,
} as const;

export const RUNTIME_LIMITS: RuntimeLimits = {
  tickMessagesMax: 1_024,
  tickMsMax: 50,
  frameMessagesMax: 1_024,
  linkWindow: 16_384,
  linkBacklogMax: 65_536,
  restartsMax: 3,
  restartWindowMs: 10_000,
  restartBackoffMinMs: 50,
  restartBackoffMaxMs: 2_000,
  snapshotEveryMs: 1_000,
  silentThreadUnreadyMs: 5_000,
  silentThreadExitMs: 30_000,
  deadLettersKept: 100,
  poisonKept: 100,
};

export const FEES: FeeSchedule = { bps: 1, minInCents: 1, maxInCents: 10_000 };

assert(LIMITS.orderSharesMaxDefault <= LIMITS.numSharesMax);
assert(
  Number.isSafeInteger(LIMITS.numSharesMax * LIMITS.priceInCentsMax),
  'the dearest order must be counted exactly',
);
assert(LIMITS.orderValueMaxInCentsDefault <= LIMITS.orderValueMaxInCents);
assert(
  LIMITS.orderValueMaxInCents * 10_000 < Number.MAX_SAFE_INTEGER,
  'a fee must be computed exactly',
);
assert(LIMITS.marketProtectionBps < LIMITS.limitCollarBps, 'a market order is inside the collar');
assert(LIMITS.duplicateWindowMsDefault <= LIMITS.duplicateWindowMsMax);
assert(LIMITS.venueRequestMs < LIMITS.notAfterMs, 'a submit is given up before it can be too late');
assert(LIMITS.waitDefaultMs <= LIMITS.waitMaxMs);
assert(LIMITS.parkedListMax <= LIMITS.queryOrdersMax, 'one question covers the parked orders');
assert(LIMITS.portfolioPageDefault <= LIMITS.portfolioPageMax);
assert(LIMITS.ordersPageDefault <= LIMITS.ordersPageMax);
assert(LIMITS.candlesPageDefault <= LIMITS.candlesPageMax);
assert(LIMITS.candleFlushMax <= LIMITS.candlesPendingMax);
assert(2 * LIMITS.symbolsMax <= LIMITS.priceHistoryMailboxMax, 'no print meets a full mailbox');
assert(LIMITS.executionsInFlightMax <= LIMITS.shardFactWindow, 'facts never meet a full window');
assert(LIMITS.feedFramesPerReadMax <= LIMITS.executionsInFlightMax);
