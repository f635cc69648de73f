// Lines of the two feeds, checked field by field.
import type { SessionPrices } from '../domain/session-prices.ts';
import { DecodeError } from './errors.ts';
import {
  booleanOf,
  integerOf,
  type JsonObject,
  listOf,
  nullableIntegerOf,
  nullableTextOf,
  objectOf,
  oneOf,
  parseObject,
  textOf,
} from './json-fields.ts';
import type {
  Execution,
  ExecutionFrame,
  FeedReset,
  Heartbeat,
  ListedSymbol,
  PriceFrame,
  SessionState,
} from './port.ts';

const EXEC_KINDS = [
  'accepted',
  'trade',
  'cancelled',
  'expired',
  'rejected',
  'bust',
  'correct',
] as const;
const SYMBOLS_MAX = 100_000;

export function decodeExecutionFrame(line: string): ExecutionFrame {
  const frame = parseObject(line);
  const kind = oneOf(frame, 'kind', ['execution', 'heartbeat', 'reset'] as const);
  switch (kind) {
    case 'execution':
      return executionOf(frame);
    case 'heartbeat':
      return heartbeatOf(frame);
    case 'reset':
      return resetOf(frame);
  }
}

export function decodePriceFrame(line: string): PriceFrame {
  const frame = parseObject(line);
  const kinds = ['tick', 'session', 'halt', 'snapshot', 'heartbeat', 'reset'] as const;
  const kind = oneOf(frame, 'kind', kinds);
  if (kind === 'heartbeat') return heartbeatOf(frame);
  if (kind === 'reset') return resetOf(frame);
  const epoch = textOf(frame, 'epoch');
  const seq = integerOf(frame, 'seq');
  switch (kind) {
    case 'tick':
      return {
        kind,
        epoch,
        seq,
        symbol: textOf(frame, 'symbol'),
        priceInCents: positiveOf(frame, 'priceInCents'),
        numShares: positiveOf(frame, 'numShares'),
        exchangeAtMs: integerOf(frame, 'exchangeAtMs'),
      };
    case 'session':
      return {
        kind,
        epoch,
        seq,
        session: sessionOf(frame),
        exchangeAtMs: integerOf(frame, 'exchangeAtMs'),
      };
    case 'halt':
      return {
        kind,
        epoch,
        seq,
        symbol: textOf(frame, 'symbol'),
        halted: booleanOf(frame, 'halted'),
        exchangeAtMs: integerOf(frame, 'exchangeAtMs'),
      };
    case 'snapshot':
      return { kind, epoch, seq, session: sessionOf(frame), symbols: symbolsOf(frame) };
  }
}

export function executionOf(frame: JsonObject): Execution {
  const execKind = oneOf(frame, 'execKind', EXEC_KINDS);
  const hasTerms = execKind === 'trade' || execKind === 'correct';
  const needsRef = execKind === 'bust' || execKind === 'correct';
  return {
    kind: 'execution',
    epoch: textOf(frame, 'epoch'),
    seq: integerOf(frame, 'seq'),
    execKind,
    execId: textOf(frame, 'execId'),
    clientOrderId: nullableTextOf(frame, 'clientOrderId'),
    externalOrderId: textOf(frame, 'externalOrderId'),
    symbol: textOf(frame, 'symbol'),
    side: oneOf(frame, 'side', ['buy', 'sell'] as const),
    cumQty: integerOf(frame, 'cumQty'),
    lastQty: hasTerms ? positiveOf(frame, 'lastQty') : nullableIntegerOf(frame, 'lastQty'),
    lastPriceInCents: hasTerms
      ? positiveOf(frame, 'lastPriceInCents')
      : nullableIntegerOf(frame, 'lastPriceInCents'),
    execRef: needsRef ? textOf(frame, 'execRef') : nullableTextOf(frame, 'execRef'),
    reason: nullableTextOf(frame, 'reason'),
    exchangeAtMs: integerOf(frame, 'exchangeAtMs'),
  };
}

function heartbeatOf(frame: JsonObject): Heartbeat {
  return {
    kind: 'heartbeat',
    epoch: textOf(frame, 'epoch'),
    headSeq: integerOf(frame, 'headSeq'),
    exchangeAtMs: integerOf(frame, 'exchangeAtMs'),
  };
}

function resetOf(frame: JsonObject): FeedReset {
  return { kind: 'reset', epoch: textOf(frame, 'epoch'), headSeq: integerOf(frame, 'headSeq') };
}

function sessionOf(frame: JsonObject): SessionState {
  const session = objectOf(frame['session'], 'session');
  return {
    sessionId: textOf(session, 'sessionId'),
    state: oneOf(session, 'state', ['open', 'closed'] as const),
    tradingDate: dateOf(session, 'tradingDate'),
  };
}

/** Equities only: whatever else an exchange lists does not trade here. */
function symbolsOf(frame: JsonObject): ListedSymbol[] {
  const listed = listOf(frame, 'symbols', SYMBOLS_MAX, (symbol) =>
    textOf(symbol, 'instrumentType') === 'equity' ? listedSymbolOf(symbol) : null,
  );
  return listed.filter((symbol) => symbol !== null);
}

function listedSymbolOf(symbol: JsonObject): ListedSymbol {
  return {
    symbol: textOf(symbol, 'symbol'),
    company: textOf(symbol, 'company'),
    instrumentType: 'equity',
    tickInCents: positiveOf(symbol, 'tickInCents'),
    lastPriceInCents: nullableIntegerOf(symbol, 'lastPriceInCents'),
    lastTradedAtMs: nullableIntegerOf(symbol, 'lastTradedAtMs'),
    session: sessionPricesOf(objectOf(symbol['session'], 'session')),
    halted: booleanOf(symbol, 'halted'),
  };
}

function sessionPricesOf(session: JsonObject): SessionPrices {
  return {
    openInCents: nullableIntegerOf(session, 'openInCents'),
    highInCents: nullableIntegerOf(session, 'highInCents'),
    lowInCents: nullableIntegerOf(session, 'lowInCents'),
    volume: integerOf(session, 'volume'),
    previousCloseInCents: nullableIntegerOf(session, 'previousCloseInCents'),
  };
}

function dateOf(from: JsonObject, key: string): string {
  const date = textOf(from, key);
  if (/^\d{4}-\d{2}-\d{2}$/.test(date)) return date;
  throw new DecodeError(`${key} was not a date like 2013-10-07`);
}

function positiveOf(from: JsonObject, key: string): number {
  const value = integerOf(from, key);
  if (value > 0) return value;
  throw new DecodeError(`${key} was not above zero`);
}
