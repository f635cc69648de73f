// What the exchange writes down before it answers: all it needs to rebuild itself, and the outside
// oracle of the audit.
import type {
  CancelRequest,
  CancelResult,
  Execution,
  PlaceRefusal,
  PlaceRequest,
  SessionState,
} from '../port.ts';

/**
 * First record of a log, and of every new beginning without the book: what came before belongs to
 * another epoch.
 */
export interface EpochBegun {
  readonly kind: 'epoch';
  readonly epoch: string;
  readonly atMs: number;
}

export interface OrderTaken extends PlaceRequest {
  readonly kind: 'order';
  readonly externalOrderId: string;
  readonly atMs: number;
}

/** Its clientOrderId is used up all the same. */
export interface OrderRefused extends PlaceRequest {
  readonly kind: 'refusal';
  readonly externalOrderId: string;
  readonly reason: PlaceRefusal;
  readonly atMs: number;
}

/** As on the feed, but always with the clientOrderId. */
export type ExecutionLogged = Execution & { readonly clientOrderId: string };

export interface CancelAnswered extends CancelRequest {
  readonly kind: 'cancel';
  readonly result: CancelResult;
  readonly atMs: number;
}

export interface SessionLogged {
  readonly kind: 'session';
  /** A log from before there was a trading date lacks it. */
  readonly session: Omit<SessionState, 'tradingDate'> & Partial<SessionState>;
  readonly atMs: number;
}

export interface HaltLogged {
  readonly kind: 'halt';
  readonly symbol: string;
  readonly halted: boolean;
  readonly atMs: number;
}

/** Prices are not logged; after a restart their sequence goes on above what was reserved. */
export interface PriceSequenceReserved {
  readonly kind: 'reserve';
  readonly priceSeq: number;
}

export type LogRecord =
  | EpochBegun
  | OrderTaken
  | OrderRefused
  | ExecutionLogged
  | CancelAnswered
  | SessionLogged
  | HaltLogged
  | PriceSequenceReserved;

/** One line of the log file and of `GET /v1/log`. The numbers are dense and run on over epochs. */
export type LogLine = LogRecord & { readonly logSeq: number };
