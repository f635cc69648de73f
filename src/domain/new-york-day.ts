// The calendar day in New York as a span of UTC: 23, 24 or 25 hours from midnight to midnight.

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;
const STANDARD_TIME = -5 * HOUR_MS;

const OFFSET = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  timeZoneName: 'longOffset',
});

/** The midnight in New York at or before `atMs`. */
export function newYorkDayStart(atMs: number): number {
  return midnightOf(Math.floor((atMs + offsetAt(atMs)) / DAY_MS));
}

/** The midnight in New York after `atMs`. */
export function newYorkDayEnd(atMs: number): number {
  return midnightOf(Math.floor((atMs + offsetAt(atMs)) / DAY_MS) + 1);
}

/** The midnight with which a date begins in New York; `utcMs` is that with which it does in UTC. */
export function newYorkMidnight(utcMs: number): number {
  return midnightOf(utcMs / DAY_MS);
}

/** Clocks change at two in the morning: what holds an hour after midnight held at midnight. */
function midnightOf(day: number): number {
  const standard = day * DAY_MS - STANDARD_TIME;
  return offsetAt(standard) === STANDARD_TIME ? standard : standard - HOUR_MS;
}

/**
 * What to add to UTC. It changes on the hour and stays for months, so that a time in which it is
 * the same at both ends has no other in between: the last such time is remembered.
 */
function offsetAt(atMs: number): number {
  if (atMs >= known.fromMs && atMs < known.untilMs) return known.offset;
  const fromMs = Math.floor(atMs / HOUR_MS) * HOUR_MS;
  const offset = askedOffset(fromMs);
  const spanMs = [28 * DAY_MS, DAY_MS].find((span) => askedOffset(fromMs + span) === offset);
  known = { fromMs, untilMs: fromMs + (spanMs ?? HOUR_MS), offset };
  return offset;
}

function askedOffset(atMs: number): number {
  const parts = OFFSET.formatToParts(atMs);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return Number.parseInt(name.slice('GMT'.length), 10) * HOUR_MS;
}

let known = { fromMs: 0, untilMs: 0, offset: 0 };
