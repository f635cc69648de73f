// Times as clients write them.

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

export const TIME_MESSAGE = 'must be an RFC 3339 time, for example 2024-01-15T10:30:00Z';

/** Milliseconds; null for what is no time, or one before 1970. */
export function msFromIso(text: string): number | null {
  if (!RFC_3339.test(text)) return null;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) || atMs < 0 ? null : atMs;
}
