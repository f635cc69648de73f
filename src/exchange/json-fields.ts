// Reads fields out of JSON that came over a wire, checking each; whatever does not fit is a
// DecodeError that names it.
import { DecodeError } from './errors.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

const TEXT_MAX = 256;

export function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DecodeError(`a body was not JSON: ${String(error)}`);
  }
  return objectOf(value, 'the body');
}

export function objectOf(value: unknown, name: string): JsonObject {
  if (isObject(value)) return value;
  throw new DecodeError(`${name} was not an object`);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf<T>(
  from: JsonObject,
  key: string,
  itemsMax: number,
  read: (item: JsonObject) => T,
): T[] {
  const value = from[key];
  if (!Array.isArray(value)) throw new DecodeError(`${key} was not a list`);
  if (value.length > itemsMax) throw new DecodeError(`${key} had more than ${itemsMax} items`);
  return value.map((item) => read(objectOf(item, `an item of ${key}`)));
}

export function textOf(from: JsonObject, key: string): string {
  const value = from[key];
  if (typeof value === 'string' && value !== '' && value.length <= TEXT_MAX) return value;
  throw new DecodeError(`${key} was not a text of 1 to ${TEXT_MAX} characters`);
}

export function nullableTextOf(from: JsonObject, key: string): string | null {
  return from[key] === null ? null : textOf(from, key);
}

/** An absent field is as good as null. */
export function optionalTextOf(from: JsonObject, key: string): string | null {
  return from[key] === undefined ? null : nullableTextOf(from, key);
}

export function numberOf(from: JsonObject, key: string): number {
  const value = from[key];
  if (typeof value === 'number') return value;
  throw new DecodeError(`${key} was not a number`);
}

/** A non-negative safe integer: every count, price, time and sequence of the protocol is one. */
export function integerOf(from: JsonObject, key: string): number {
  const value = from[key];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new DecodeError(`${key} was not a whole number`);
}

export function nullableIntegerOf(from: JsonObject, key: string): number | null {
  return from[key] === null ? null : integerOf(from, key);
}

export function booleanOf(from: JsonObject, key: string): boolean {
  const value = from[key];
  if (typeof value === 'boolean') return value;
  throw new DecodeError(`${key} was not true or false`);
}

export function oneOf<T extends string>(from: JsonObject, key: string, words: readonly T[]): T {
  const word = words.find((candidate) => candidate === from[key]);
  if (word !== undefined) return word;
  throw new DecodeError(`${key} was none of ${words.join(', ')}`);
}

/** `HH:MM`. */
export function timeOfDayOf(from: JsonObject, key: string): string {
  const time = textOf(from, key);
  if (/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) return time;
  throw new DecodeError(`${key} was not a time like 09:30`);
}

export function timeZoneOf(from: JsonObject, key: string): string {
  const zone = textOf(from, key);
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DecodeError(`${key} was not a time zone that is known`);
  }
}
