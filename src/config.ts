// The configuration: environment variables that begin with OUTCRY_, read here and nowhere else. An
// unknown name or a bad value stops the start with a sentence that says which.
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { FEES, LIMITS } from './limits.ts';

export class ConfigError extends Error {
  readonly code = 'bad_configuration';
  override readonly name = 'ConfigError';
}

interface Variable<Value> {
  readonly fallback: Value;
  readonly parse: (text: string, name: string) => Value;
  readonly about: string;
}

/** Every variable: its default, how it is read, and the sentence that documents it. */
export const VARIABLES = {
  OUTCRY_HOST: variable('127.0.0.1', address, 'address to listen on'),
  OUTCRY_PORT: variable(8080, integer(0, 65_535), 'port to listen on; 0 takes a free one'),
  OUTCRY_DATA_DIR: variable(resolve('data/live'), directory, 'run-time directory'),
  OUTCRY_EXCHANGE_URL: variable<string | null>(null, url, 'an exchange that is already running'),
  OUTCRY_DEMO: variable(true, flag, 'demo users and demo.json; 0 turns them off'),
  OUTCRY_SHARDS: variable(2, integer(1, 64), 'order files, fixed when the directory is made'),
  OUTCRY_FEE_BPS: variable(FEES.bps, integer(0, 10_000), 'fee in basis points of what trades'),
  OUTCRY_FEE_MIN_IN_CENTS: variable(
    FEES.minInCents,
    integer(0, 1_000_000),
    'least fee of an order that trades',
  ),
  OUTCRY_FEE_MAX_IN_CENTS: variable(
    FEES.maxInCents,
    integer(0, 100_000_000),
    'highest fee of an order',
  ),
  OUTCRY_GATEWAY_THREADS: variable(1, integer(1, 8), 'threads that serve HTTP and SSE'),
  OUTCRY_ORDER_THREADS: variable(2, integer(1, 8), 'threads that run order shards'),
  OUTCRY_EXCHANGE_CONNECTIONS: variable(
    LIMITS.orderConnectionsDefault,
    integer(1, LIMITS.orderConnectionsMax),
    'connections that carry orders',
  ),
  OUTCRY_ORDERS_PER_SECOND: variable(
    LIMITS.ordersPerSecondPerUserDefault,
    integer(1, 1_000_000),
    'orders per second and user',
  ),
  OUTCRY_DUPLICATE_WINDOW_MS: variable(
    LIMITS.duplicateWindowMsDefault,
    integer(0, LIMITS.duplicateWindowMsMax),
    'how long an order of a user may not be repeated under another key; 0 lets it',
  ),
  OUTCRY_NOT_AFTER_MS: variable(
    LIMITS.notAfterMs,
    integer(100, 60_000),
    'how late the exchange may still take an order',
  ),
  OUTCRY_ABSENCE_WINDOW_MS: variable(
    LIMITS.absenceWindowMs,
    integer(1_000, 600_000),
    'the same where the exchange cannot be told',
  ),
  OUTCRY_LATE_ACK: variable<'cancel' | 'keep'>(
    'cancel',
    oneOf(['cancel', 'keep']),
    'an order that the exchange took after we had called it failed',
  ),
  OUTCRY_UNRESOLVED_PENDING_MS: variable(
    LIMITS.unresolvedOlderThanMs,
    integer(0, 600_000),
    'how long a submit may go unanswered before the exchange is asked',
  ),
  OUTCRY_UNRESOLVED_PENDING_CANCEL_MS: variable(
    LIMITS.unresolvedCancelOlderThanMs,
    integer(0, 600_000),
    'how long a cancel may go unanswered before the exchange is asked',
  ),
  OUTCRY_PRICE_SIGNIFICANCE_BPS: variable(
    0,
    integer(0, 10_000),
    'price changes below this are held back; 0 sends all, 10 is 0.1 %',
  ),
  OUTCRY_PRICE_HELD_MS: variable(
    LIMITS.priceHeldMs,
    integer(LIMITS.priceThrottleMs, 60_000),
    'how long a change may be held back as insignificant',
  ),
  OUTCRY_MATCH_GRACE_MS: variable(
    LIMITS.matchGraceMs,
    integer(0, 600_000),
    'how long after the close its open day orders are asked about',
  ),
  OUTCRY_CANDLES_1M_DAYS: variable(30, daysKept, 'days that candles of a minute are kept'),
  OUTCRY_CANDLES_5M_DAYS: variable(180, daysKept, 'days that candles of five minutes are kept'),
  OUTCRY_CANDLES_1H_DAYS: variable(1_825, daysKept, 'days that candles of an hour are kept'),
  OUTCRY_CANDLES_1D_DAYS: variable(0, daysKept, 'days that candles of a day are kept'),
  OUTCRY_DAILY_HISTORY: variable<string | null>(
    null,
    directory,
    'directory of daily bars to import',
  ),
  OUTCRY_LOG_LEVEL: variable<string>(
    'info',
    oneOf(['debug', 'info', 'warn', 'error']),
    'least level logged',
  ),
  OUTCRY_SPEED: variable(1, number(0.01, 3_600), "the simulator's tape seconds per second"),
  OUTCRY_SYMBOLS: variable(0, integer(0, 8_000), "the simulator's synthetic symbols"),
  OUTCRY_TAPE: variable<string | null>(null, directory, "the simulator's tape directory"),
} as const;

type Values = { readonly [Name in keyof typeof VARIABLES]: (typeof VARIABLES)[Name]['fallback'] };

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly exchangeUrl: string | null;
  readonly demo: boolean;
  readonly shards: number;
  readonly fees: typeof FEES;
  readonly gatewayThreads: number;
  readonly orderThreads: number;
  readonly exchangeConnections: number;
  readonly ordersPerSecond: number;
  readonly duplicateWindowMs: number;
  readonly notAfterMs: number;
  readonly absenceWindowMs: number;
  readonly unresolvedAfterMs: { readonly pending: number; readonly pendingCancel: number };
  readonly priceSignificanceBps: number;
  readonly priceHeldMs: number;
  readonly matchGraceMs: number;
  readonly lateAck: 'cancel' | 'keep';
  /** Days that candles are kept, by interval; 0 is for ever. */
  readonly candleDays: Readonly<Record<'1m' | '5m' | '1h' | '1d', number>>;
  readonly dailyHistory: string;
  readonly logLevel: string;
  readonly simulator: {
    readonly speed: number;
    readonly symbols: number;
    readonly tape: string | null;
  };
}

/** Throws `ConfigError` with a sentence for the user. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  for (const name of Object.keys(environment)) {
    if (name.startsWith('OUTCRY_') && !Object.hasOwn(VARIABLES, name)) {
      throw new ConfigError(
        `${name} is not a setting of Outcry; known are ${Object.keys(VARIABLES).join(', ')}`,
      );
    }
  }
  const values = Object.fromEntries(
    Object.entries(VARIABLES).map(([name, { fallback, parse }]) => {
      const text = environment[name];
      return [name, text === undefined || text === '' ? fallback : parse(text, name)];
    }),
  ) as unknown as Values;
  if (values.OUTCRY_FEE_MIN_IN_CENTS > values.OUTCRY_FEE_MAX_IN_CENTS) {
    throw new ConfigError('OUTCRY_FEE_MIN_IN_CENTS is above OUTCRY_FEE_MAX_IN_CENTS');
  }
  return {
    host: values.OUTCRY_HOST,
    port: values.OUTCRY_PORT,
    dataDir: values.OUTCRY_DATA_DIR,
    exchangeUrl: values.OUTCRY_EXCHANGE_URL,
    demo: values.OUTCRY_DEMO,
    shards: values.OUTCRY_SHARDS,
    fees: {
      bps: values.OUTCRY_FEE_BPS,
      minInCents: values.OUTCRY_FEE_MIN_IN_CENTS,
      maxInCents: values.OUTCRY_FEE_MAX_IN_CENTS,
    },
    gatewayThreads: values.OUTCRY_GATEWAY_THREADS,
    orderThreads: values.OUTCRY_ORDER_THREADS,
    exchangeConnections: values.OUTCRY_EXCHANGE_CONNECTIONS,
    ordersPerSecond: values.OUTCRY_ORDERS_PER_SECOND,
    duplicateWindowMs: values.OUTCRY_DUPLICATE_WINDOW_MS,
    notAfterMs: values.OUTCRY_NOT_AFTER_MS,
    absenceWindowMs: values.OUTCRY_ABSENCE_WINDOW_MS,
    unresolvedAfterMs: {
      pending: values.OUTCRY_UNRESOLVED_PENDING_MS,
      pendingCancel: values.OUTCRY_UNRESOLVED_PENDING_CANCEL_MS,
    },
    priceSignificanceBps: values.OUTCRY_PRICE_SIGNIFICANCE_BPS,
    priceHeldMs: values.OUTCRY_PRICE_HELD_MS,
    matchGraceMs: values.OUTCRY_MATCH_GRACE_MS,
    lateAck: values.OUTCRY_LATE_ACK,
    candleDays: {
      '1m': values.OUTCRY_CANDLES_1M_DAYS,
      '5m': values.OUTCRY_CANDLES_5M_DAYS,
      '1h': values.OUTCRY_CANDLES_1H_DAYS,
      '1d': values.OUTCRY_CANDLES_1D_DAYS,
    },
    dailyHistory:
      values.OUTCRY_DAILY_HISTORY ?? join(values.OUTCRY_TAPE ?? resolve('data/market'), 'daily'),
    logLevel: values.OUTCRY_LOG_LEVEL,
    simulator: {
      speed: values.OUTCRY_SPEED,
      symbols: values.OUTCRY_SYMBOLS,
      tape: values.OUTCRY_TAPE,
    },
  };
}

function variable<Value>(
  fallback: Value,
  parse: (text: string, name: string) => Value,
  about: string,
): Variable<Value> {
  return { fallback, parse, about };
}

function integer(min: number, max: number) {
  return (text: string, name: string): number => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}, was "${text}"`);
  };
}

/** 0 is for ever. */
function daysKept(text: string, name: string): number {
  return integer(0, LIMITS.candleDaysMax)(text, name);
}

function number(min: number, max: number) {
  return (text: string, name: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= min && value <= max) return value;
    throw new ConfigError(`${name} must be a number from ${min} to ${max}, was "${text}"`);
  };
}

function flag(text: string, name: string): boolean {
  if (text === '0' || text === '1') return text === '1';
  throw new ConfigError(`${name} must be 0 or 1, was "${text}"`);
}

function oneOf<Choice extends string>(choices: readonly Choice[]) {
  return (text: string, name: string): Choice => {
    const choice = choices.find((one) => one === text);
    if (choice !== undefined) return choice;
    throw new ConfigError(`${name} must be one of ${choices.join(', ')}, was "${text}"`);
  };
}

function address(text: string, name: string): string {
  if (isIP(text) !== 0 || text === 'localhost') return text;
  throw new ConfigError(`${name} must be an IP address, was "${text}"`);
}

function url(text: string, name: string): string {
  const malformed = `${name} must be a URL such as http://127.0.0.1:9001, was "${text}"`;
  if (!URL.canParse(text)) throw new ConfigError(malformed);
  const { protocol, origin, href } = new URL(text);
  const isPlain = href === `${origin}/`; // no user, path, query or fragment
  if (protocol !== 'http:' || !isPlain) throw new ConfigError(malformed);
  return origin;
}

function directory(text: string): string {
  return resolve(text);
}
