// Log lines of a thread: JSON on standard error, one per line, written before the call returns, so
// that a crash loses none.
import { pino } from 'pino';
import type { LogLevel } from './runtime/actor.ts';

export type Log = (
  level: LogLevel,
  text: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

export function createLog(thread: string, level: string): Log {
  const destination = pino.destination({ fd: 2, sync: true });
  const logger = pino({ level, base: { on: thread } }, destination);
  return (at, text, fields = {}) => logger[at](fields, text);
}
