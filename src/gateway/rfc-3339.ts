// Times as clients write them.

const RFC_3339 = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

export const NO_TIME = 'must be an RFC 3339 time, for example 2024-01-15T10:30:00Z';

/** Null for what is no time, names a day that its month has not, or lies before 1970. */
export function msFromRfc3339(text: string): number | null {
  const date = RFC_3339.exec(text)?.[1];
  if (date === undefined) return null;
  const atMs = Date.parse(text);
  const isDay = isoDate(Date.parse(`${date}T00:00:00Z`)) === date;
  return isDay && atMs >= 0 ? atMs : null;
}

function isoDate(atMs: number): string | null {
  return Number.isNaN(atMs) ? null : new Date(atMs).toISOString().slice(0, 10);
}
