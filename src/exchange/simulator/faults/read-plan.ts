// A fault plan from JSON, checked strictly: what is not understood is refused with its place and
// what would be.
import { DecodeError } from '../../errors.ts';
import { integerOf, type JsonObject, listOf, numberOf, oneOf } from '../../json-fields.ts';
import {
  AMEND_AFTER_MS,
  type Fault,
  type FaultPlan,
  FEEDS,
  FRAME_FAULTS,
  LATE_MS,
  ORDER_FAULTS,
  OUTAGES,
  REQUEST_FAULTS,
  REQUESTS,
  SLOW_MS,
  TRADE_FAULTS,
  TRADE_LEAD_MS,
  type When,
} from './fault-plan.ts';

const FAULTS_MAX = 100;
const MS_MAX = 86_400_000;
const SEED_MAX = 2 ** 32 - 1;
const TIMING = ['at', 'share', 'afterMs', 'times'];
const ALL = [...REQUEST_FAULTS, ...ORDER_FAULTS, ...TRADE_FAULTS, ...FRAME_FAULTS, ...OUTAGES];

const DELAY_MS: Readonly<Record<string, number>> = {
  'late-reply': LATE_MS,
  slow: SLOW_MS,
  'trade-before-ack': TRADE_LEAD_MS,
  bust: AMEND_AFTER_MS,
  correct: AMEND_AFTER_MS,
};
const FOR_MS: Readonly<Record<string, number>> = { 'half-open': 60_000, restart: 1_000 };

/** `{"faults": [...], "seed": n}`; more keys may be allowed by whoever wraps it. */
export function readPlan(body: JsonObject, alsoAllowed: readonly string[] = []): FaultPlan {
  allowOnly(body, ['faults', 'seed', ...alsoAllowed]);
  let place = 0;
  const faults = listOf(body, 'faults', FAULTS_MAX, (item) => readAt(place++, item));
  const seed = body['seed'] === undefined ? null : within(body, 'seed', 0, SEED_MAX);
  return { faults, seed };
}

function readAt(place: number, item: JsonObject): Fault {
  try {
    return readFault(item);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new DecodeError(`faults[${place}]: ${error.message}`);
  }
}

function readFault(item: JsonObject): Fault {
  const name = oneOf(item, 'fault', ALL);
  const when = readWhen(item);
  if (isOneOf(REQUEST_FAULTS, name)) {
    const isDrop = name === 'drop-request' || name === 'drop-reply';
    const own = name in DELAY_MS ? ['delayMs'] : isDrop ? ['reset'] : [];
    allowOnly(item, ['fault', 'on', ...own, ...TIMING]);
    const on = name === 'trade-before-ack' ? (['place'] as const) : REQUESTS;
    return {
      family: 'request',
      fault: name,
      on: optional(item, 'on', 'place', () => oneOf(item, 'on', on)),
      delayMs: delayOf(item, name),
      reset: flagOf(item, 'reset'),
      when,
    };
  }
  if (isOneOf(ORDER_FAULTS, name)) {
    allowOnly(item, ['fault', ...TIMING]);
    return { family: 'order', fault: name, when };
  }
  if (isOneOf(TRADE_FAULTS, name)) {
    allowOnly(item, ['fault', 'delayMs', ...TIMING]);
    return { family: 'trade', fault: name, delayMs: delayOf(item, name), when };
  }
  if (isOneOf(FRAME_FAULTS, name)) {
    allowOnly(item, ['fault', 'feed', ...TIMING]);
    const feed = optional(item, 'feed', 'executions', () => oneOf(item, 'feed', FEEDS));
    return { family: 'frame', fault: name, feed, when };
  }
  return readOutage(item, name, when);
}

function readOutage(item: JsonObject, fault: (typeof OUTAGES)[number], when: When): Fault {
  const own = fault === 'restart' ? ['forMs', 'loseBook'] : fault === 'half-open' ? ['forMs'] : [];
  allowOnly(item, ['fault', 'everyMs', 'at', 'afterMs', ...own]);
  if (when.at !== null && item['everyMs'] !== undefined) {
    throw new DecodeError('everyMs goes with afterMs, not with at');
  }
  const forMs = FOR_MS[fault] ?? 0;
  return {
    family: 'outage',
    fault,
    forMs: optional(item, 'forMs', forMs, () => within(item, 'forMs', 1, MS_MAX)),
    loseBook: flagOf(item, 'loseBook'),
    everyMs: optional(item, 'everyMs', null, () => within(item, 'everyMs', 100, MS_MAX)),
    when,
  };
}

function readWhen(item: JsonObject): When {
  const at = optional(item, 'at', null, () => within(item, 'at', 1, Number.MAX_SAFE_INTEGER));
  const afterMs = optional(item, 'afterMs', null, () => within(item, 'afterMs', 0, MS_MAX));
  const share = optional(item, 'share', null, () => shareOf(item));
  const isLater = share !== null || afterMs !== null;
  if ((at !== null) === isLater) {
    throw new DecodeError('at, share or afterMs must say when, and at goes with no other');
  }
  if (share !== null && item['times'] !== undefined) {
    throw new DecodeError('times goes with at or afterMs, not with share');
  }
  const times = optional(item, 'times', 1, () => within(item, 'times', 1, 1_000_000));
  return { at, share, afterMs, times };
}

function shareOf(item: JsonObject): number {
  const share = numberOf(item, 'share');
  if (share > 0 && share <= 1) return share;
  throw new DecodeError(`share must be above 0 and at most 1, but was ${share}`);
}

function delayOf(item: JsonObject, name: string): number {
  return optional(item, 'delayMs', DELAY_MS[name] ?? 0, () => within(item, 'delayMs', 0, MS_MAX));
}

function within(item: JsonObject, key: string, min: number, max: number): number {
  const value = integerOf(item, key);
  if (value >= min && value <= max) return value;
  throw new DecodeError(`${key} must be from ${min} to ${max}, but was ${value}`);
}

function flagOf(item: JsonObject, key: string): boolean {
  const value = item[key] ?? false;
  if (typeof value === 'boolean') return value;
  throw new DecodeError(`${key} was not true or false`);
}

function optional<T, U>(item: JsonObject, key: string, absent: U, read: () => T): T | U {
  return item[key] === undefined ? absent : read();
}

function isOneOf<T extends string>(names: readonly T[], name: string): name is T {
  return names.some((candidate) => candidate === name);
}

/** Refuses what nobody would read: a misspelt name would otherwise do nothing, silently. */
export function allowOnly(item: JsonObject, keys: readonly string[]): void {
  const unknown = Object.keys(item).find((key) => !keys.includes(key));
  if (unknown === undefined) return;
  throw new DecodeError(`${unknown} is not known here; known are ${keys.join(', ')}`);
}
