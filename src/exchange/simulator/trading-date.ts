// The exchange's calendar: when it trades, and which day it is there.
import type { SessionCalendar } from '../port.ts';

/** A session of the tape is one such day, however fast it is played. */
export const CALENDAR: SessionCalendar = {
  timeZone: 'America/New_York',
  opensAt: '09:30',
  closesAt: '16:00',
  currency: 'USD',
};

const NEW_YORK = new Intl.DateTimeFormat('sv-SE', {
  timeZone: CALENDAR.timeZone,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** `YYYY-MM-DD`. */
export function newYorkDateOf(atMs: number): string {
  return NEW_YORK.format(atMs);
}
