// What the processes of the stack are told when they start, as one JSON argument, and which of it
// was found to be fastest.

export interface StackSettings {
  /** The directory of PostgreSQL's socket. */
  readonly postgres: string;
  readonly redisPort: number;
  readonly exchangeUrl: string;
  /** Of the tokens, base64url. */
  readonly signingKey: string;
  readonly tuning: StackTuning;
}

export interface StackTuning {
  /** HTTP processes. */
  readonly workers: number;
  /** Orders that may wait in a worker for their transaction A; more are refused as `busy`. */
  readonly ordersWaitingMax: number;
  /** Connections to PostgreSQL per worker. */
  readonly connections: number;
  /** To the exchange, over all workers: they are what is expensive. */
  readonly exchangeConnections: number;
  readonly submitBatchMax: number;
  /** Orders in one transaction A; 1: each has its own. */
  readonly placeBatchMax: number;
  /** Transactions A that a worker has open at a time. */
  readonly placesInFlight: number;
  readonly acknowledgeBatchMax: number;
  readonly acknowledgesInFlight: number;
  /** Executions in one transaction of the trade processor. */
  readonly bookBatchMax: number;
}

/**
 * On two cores one worker is faster than two: it has more orders to put into a batch, and is far
 * from a whole core when PostgreSQL, exchange and load have taken what they need.
 */
export const TUNING: StackTuning = {
  workers: 1,
  ordersWaitingMax: 2_048,
  connections: 8,
  exchangeConnections: 4,
  submitBatchMax: 64,
  placeBatchMax: 64,
  placesInFlight: 2,
  acknowledgeBatchMax: 64,
  acknowledgesInFlight: 2,
  bookBatchMax: 256,
};

export function settingsFrom(argument: string | undefined): StackSettings {
  if (argument === undefined) throw new Error('the settings were not given');
  return JSON.parse(argument) as StackSettings;
}
