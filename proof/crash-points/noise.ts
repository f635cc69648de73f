// What is no crash point, and why: a kill there says nothing that a kill elsewhere does not say,
// and when it comes depends on the clock, so that it could not be asked for again.

/** They carry values that the next one replaces, and touch no file. */
const PRICES = [
  ...['PriceTicked', 'PriceChanged', 'FeedFreshness', 'WatchSymbol', 'UnwatchSymbol'],
  ...['PricesPrinted', 'FeedLiveness', 'CatalogueChanged', 'WatchCatalogue'],
];

/** They tell how threads are and who lives: which turn of a start hears it is the clock's doing. */
const HEALTH = [
  ...['ThreadReported', 'StartupCompleted', 'WatchLink', 'LinkChanged', 'TargetLife'],
  ...['ShardLife', 'ConnectionLife', 'TradeProcessorLife', 'FanoutLife'],
  'HistoryLife',
];

/** They change nothing, and whoever asked asks again. */
const READS = [
  ...['GetOrder', 'GetAccount', 'GetShardState', 'GetConnectionState', 'GetDirectoryState'],
  ...['GetUser', 'GetCredentials', 'GetSigningKey', 'GetTradingStates', 'GetUserLimits'],
  ...['GetReconciliation', 'GetFeedPosition', 'GetParked', 'GetTimeline', 'ReadEvents'],
  ...['ListUnresolved', 'ListOpenOrders', 'ListOpenOrderIds', 'ListParked', 'ListRestricted'],
  ...['ListOrders', 'ListPositions', 'ListLedger', 'ListTrades', 'ListIncidents', 'ListUsers'],
  ...['ListCandles', 'ListHouseTrades', 'ListPortfolioValues', 'AuditBooks', 'UnwatchUser'],
];

const MESSAGES: ReadonlySet<string> = new Set([...PRICES, ...HEALTH, ...READS]);

export function isNoise(kind: string): boolean {
  return MESSAGES.has(kind);
}

/** Waiting for a feed sends nothing; what it brings is a point of its own. */
export function isNoisyEffect(kind: string, feed: string | null): boolean {
  return feed === 'prices' || kind === 'ReadFeed' || kind === 'CloseFeed' || isHistory(kind);
}

/** Files that are only read, for what no order depends on. */
export function isHistory(kind: string): boolean {
  return kind === 'ListDailyFiles' || kind === 'ReadDailyFile';
}

/** Of what a feed brings: the exchange lives, and says so every second. */
export const NOISY_FRAMES: ReadonlySet<string> = new Set(['heartbeat']);
