// The exchange's calendar: which day it is in New York.

const NEW_YORK = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'America/New_York',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** `YYYY-MM-DD`. */
export function newYorkDateOf(atMs: number): string {
  return NEW_YORK.format(atMs);
}
