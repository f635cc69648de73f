// What the exchange says in the tests of its actors: complete messages of which a test names only
// what it is about.
import { NO_SESSION_PRICES } from '../../src/domain/session-prices.ts';
import type {
  Capabilities,
  Execution,
  Heartbeat,
  ListedSymbol,
  PriceSnapshot,
  Tick,
} from '../../src/exchange/port.ts';
import { START_MS } from './test-context.ts';

export const EPOCH = 'e1';

export const CAPABILITIES: Capabilities = {
  venue: 'SIM',
  epoch: EPOCH,
  batchOrdersMax: 64,
  notAfter: true,
  queryByClientOrderId: true,
  echo: false,
  replay: true,
  execIds: true,
  sequence: true,
  calendar: {
    timeZone: 'America/New_York',
    opensAt: '09:30',
    closesAt: '16:00',
    currency: 'USD',
  },
};

/** An order id of bucket `bucket`; `n` tells them apart. */
export function orderIdOf(n: number, bucket = 0): string {
  const hex = bucket.toString(16).padStart(2, '0');
  return `ord_${hex}${'0'.repeat(9)}${n.toString().padStart(5, '0')}`;
}

export function anExecution(seq: number, fields: Partial<Execution> = {}): Execution {
  return {
    kind: 'execution',
    epoch: EPOCH,
    seq,
    execKind: 'trade',
    execId: `exec-${seq}`,
    clientOrderId: null,
    externalOrderId: 'x1',
    symbol: 'IBM',
    side: 'buy',
    cumQty: seq,
    lastQty: 1,
    lastPriceInCents: 18_000,
    execRef: null,
    reason: null,
    exchangeAtMs: START_MS,
    ...fields,
  };
}

export function aHeartbeat(headSeq: number, epoch = EPOCH): Heartbeat {
  return { kind: 'heartbeat', epoch, headSeq, exchangeAtMs: START_MS };
}

export function aTick(seq: number, fields: Partial<Tick> = {}): Tick {
  return {
    kind: 'tick',
    epoch: EPOCH,
    seq,
    symbol: 'IBM',
    priceInCents: 18_000 + seq,
    numShares: 100,
    exchangeAtMs: START_MS + seq,
    ...fields,
  };
}

export function aListedSymbol(symbol: string, fields: Partial<ListedSymbol> = {}): ListedSymbol {
  return {
    symbol,
    company: symbol,
    instrumentType: 'equity',
    tickInCents: 1,
    lastPriceInCents: 18_000,
    lastTradedAtMs: START_MS,
    session: NO_SESSION_PRICES,
    halted: false,
    ...fields,
  };
}

export function aSnapshot(seq: number, fields: Partial<PriceSnapshot> = {}): PriceSnapshot {
  return {
    kind: 'snapshot',
    epoch: EPOCH,
    seq,
    session: { sessionId: 's1', state: 'open', tradingDate: '2026-01-05' },
    symbols: [aListedSymbol('IBM'), aListedSymbol('AIG', { lastPriceInCents: null })],
    ...fields,
  };
}
